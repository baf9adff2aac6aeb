/** Random programs on the fast engine: equal to the interpreter. `SEED=… npm test` repeats a run. */
import { describe, expect, it } from 'vitest';
import { compareEngines, formatProgram, shrink } from './lockstep.ts';
import { type Program, randomProgram } from './program.ts';

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const cases = 2000;

describe(`Random programs on the fast engine (seed ${seed})`, () => {
  it.each([
    ['ring32-v', 0],
    ['ring32-x', 1],
    ['ring32-h', 2],
  ])(`are as on the interpreter, on %s`, (_, variant) => {
    let [steps, compiled, regions] = [0, 0, 0];
    for (let n = variant; n < cases; n += 3) {
      const compare = (program: Program) => compareEngines(program, variant);
      const program = randomProgram(seed, n);
      const outcome = compare(program);
      if (outcome.difference !== undefined) {
        const small = shrink(program, (candidate) => compare(candidate).difference !== undefined);
        throw new Error(`seed ${seed}, case ${n}: ${compare(small).difference}\n${formatProgram(small)}`);
      }
      steps += outcome.steps;
      compiled += outcome.compiled;
      regions += outcome.regions;
    }
    expect(compiled / steps).toBeGreaterThan(0.5);
    expect(regions).toBeGreaterThan(cases / 3);
  });
});
