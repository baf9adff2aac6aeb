/**
 * Hostile guests: random code, tables and registers at every edge (hostile.ts), each with an honest
 * neighbour (arena.ts). They reach nothing that is not theirs, stop nobody, crash nothing, and still
 * have a machine like the bare one. `SEED=… npm test` repeats a run.
 */
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../vmm/guest/ledger.ts';
import type { Program } from '../property/program.ts';
import { shrink } from '../property/shrink.ts';
import { seed } from '../property/seed.ts';
import { encounter } from './arena.ts';
import { formatHostile, hostileProgram } from './hostile.ts';

describe(`Hostile guests (seed ${seed})`, () => {
  it.each([
    ['trap-and-emulate', 'interpreter', 1500],
    ['hybrid', 'interpreter', 800],
    ['trap-and-emulate', 'fast', 600],
    ['hybrid', 'fast', 300],
  ] as const)('under %s by the engine %s, %i of them', (strategy, engine, cases) => {
    const exits = new Map<string, number>();
    let [steps, direct, compiled] = [0, 0, 0];
    for (let n = 0; n < cases; n++) {
      const meet = (program: Program) => encounter(program, strategy, engine, n % 2 === 1);
      const program = hostileProgram(seed, n);
      const met = meet(program);
      if (met.difference !== undefined) {
        const small = shrink(program, (candidate) => meet(candidate).difference !== undefined);
        throw new Error(`seed ${seed}, case ${n}: ${meet(small).difference}\n${formatHostile(small)}`);
      }
      steps += met.steps;
      direct += met.direct;
      compiled += met.compiled;
      for (const name of met.exits) exits.set(name, (exits.get(name) ?? 0) + 1);
    }
    const least = strategy === 'hybrid' ? 0.005 : 0.1;
    expect(direct / steps).toBeGreaterThan(least);
    if (engine === 'fast') expect(compiled / steps).toBeGreaterThan(least);
    const often = [EXIT.TURN, EXIT.HIDDEN, EXIT.TRUE, EXIT.TRACE, EXIT.COMPRESSED];
    for (const name of often) expect(exits.get(name) ?? 0, name).toBeGreaterThan(cases / 500);
  });
});
