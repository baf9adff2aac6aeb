/** That a test which means the fast engine has it: code was compiled, and ran. */
import { expect } from 'vitest';
import type { Engine } from '../../isa/engines/engine.ts';
import { FastEngine, type FastOptions } from '../../isa/engines/fast/fast.ts';

/** For guests that are too short to pay for compiled code: a place is compiled when it is come to again. */
export const eager: FastOptions = { hot: 2 };

/** For guests that run for longer, or in many translations: what is compiled pays for it to some degree. Both tiers. */
export const steady: FastOptions = { hot: 100, early: 20 };

/** Steps that compiled code made; 0 if it is another engine. */
export function compiledSteps(engine: Engine): number {
  return engine instanceof FastEngine ? engine.statistics.compiledSteps : 0;
}

/** As `expectCompiled`, of a guest that leaves paging off: the strategy `hardware` has the monitor interpret it. */
export function expectUnpagedCompiled(strategy: string, engine: Engine, least = 1): void {
  if (strategy !== 'hardware') expectCompiled(engine, least);
}

/** Expects of the fast engine that compiled code made at least so many steps; of another, nothing. */
export function expectCompiled(engine: Engine, least = 1, what = 'steps of compiled code'): void {
  if (engine instanceof FastEngine) expect(compiledSteps(engine), what).toBeGreaterThanOrEqual(least);
}
