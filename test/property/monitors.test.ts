/** Random programs under every monitor that is sound on the variant: equal to the bare machine. `SEED=… npm test` repeats a run. */
import { describe, expect, it } from 'vitest';
import { compareMonitor, formatProgram, shrink } from './lockstep.ts';
import { type Program, randomProgram } from './program.ts';

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const cases = 1000;

/** Numbers of the variants on which a strategy is right, and the least share of steps that run directly. */
const sound = [
  { strategy: 'trap-and-emulate', variants: [0], direct: 0.4 },
  { strategy: 'hybrid', variants: [0, 2], direct: 0.15 },
  { strategy: 'interpret', variants: [0, 1, 2], direct: 0 },
];

describe.each(sound)(`Random programs under $strategy (seed ${seed})`, ({ strategy, variants, direct }) => {
  it.each(['interpreter', 'fast'] as const)(
    `are as on the bare machine, run by the engine %s: ${cases} cases`,
    (engine) => {
      let [steps, directSteps] = [0, 0];
      for (let n = 0; n < cases; n++) {
        const variant = variants[n % variants.length] as number;
        const compare = (program: Program) => compareMonitor(program, variant, strategy, engine);
        const program = randomProgram(seed, n);
        const outcome = compare(program);
        if (outcome.difference !== undefined) {
          const small = shrink(program, (candidate) => compare(candidate).difference !== undefined);
          throw new Error(`seed ${seed}, case ${n}: ${compare(small).difference}\n${formatProgram(small)}`);
        }
        steps += outcome.steps;
        directSteps += outcome.compiled;
      }
      expect(directSteps / steps).toBeGreaterThanOrEqual(direct);
    },
  );
});
