/** A part of a fuzz campaign: some cases of a seed, on a target, by one of the three properties. */
import { variants } from '../../isa/table/variants.ts';
import { fastEngine } from './bare.ts';
import { ownMonitor } from './own.ts';
import {
  efficiency,
  equivalence,
  type PropertyName,
  type PropertyOptions,
  resourceControl,
} from './properties.ts';
import { describeCounterexample } from './report.ts';
import { soundStack, variantsNamed } from './sound.ts';
import type { Candidate } from './subject.ts';
import { pagedProgram } from './work.ts';

/**
 * Targets: fast (the engine on the bare machine), or a monitor's strategy, or several with / between them for a stack of
 * monitors, the outermost first; with `+fast`, the fast engine is under it. Throws Error for another name.
 */
export function targetNamed(
  target: string,
  property: PropertyName = 'equivalence',
): {
  readonly candidate: Candidate;
  readonly rest: Partial<PropertyOptions>;
} {
  if (target === 'fast') return { candidate: fastEngine(), rest: { variants } };
  const [strategy = '', engine = ''] = target.split('+');
  const row = soundStack(strategy);
  if (row === undefined || (engine !== '' && engine !== 'fast')) throw new Error(`no target "${target}"`);
  if (row.variants.length === 0)
    throw new Error(`"${target}" is right on no variant: its levels have none in common`);
  const candidate = ownMonitor({ strategy, engine: engine === 'fast' ? 'fast' : 'interpreter' });
  const direct = row.direct === 'user' ? ({ direct: 'user' } as const) : {};
  const paged = row.direct === 'paged' && property === 'efficiency' ? { guests: pagedProgram } : {};
  return { candidate, rest: { variants: variantsNamed(row.variants), ...direct, ...paged } };
}

/** A job: the cases from `from` on. */
export interface Part {
  readonly hash: string;
  readonly target: string;
  readonly property: PropertyName;
  readonly seed: number;
  readonly from: number;
  readonly cases: number;
}

export interface PartResult {
  readonly cases: number;
  readonly steps: number;
  readonly direct: number;
  /** The guest that fails, if there is one; no case after it was tried. */
  readonly failure: string | undefined;
}

export function runPart({ target, property, seed, from, cases }: Part): PartResult {
  const { candidate, rest } = targetNamed(target, property);
  const check = { equivalence, resourceControl, efficiency }[property];
  const result = check(candidate, { seed, cases, from, ...rest });
  const { counterexample, steps, counts } = result;
  const failure = counterexample && describeCounterexample(counterexample, candidate.name);
  return { cases: result.cases, steps, direct: counts.direct, failure };
}
