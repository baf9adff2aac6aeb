/** Breakpoints as engines keep them, against the oracle stepping and looking at pc. `SEED=… npm test` repeats a run. */
import { describe, expect, it } from 'vitest';
import { FastEngine } from '../../isa/engines/fast/fast.ts';
import { Interpreter } from '../../isa/engines/interpreter/interpreter.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import { type Variant, variants } from '../../isa/table/variants.ts';
import type { Storage } from '../../isa/machine/storage.ts';
import { bareMachine } from '../property/bare.ts';
import { randomProgram } from '../property/generate.ts';
import { difference } from '../property/lockstep.ts';
import { cleanStorage } from '../property/own.ts';
import { formatProgram } from '../property/print.ts';
import { codeAt, type Program } from '../property/program.ts';
import { Random } from '../property/random.ts';
import { seed } from '../property/seed.ts';

const cases = 200;

const bare = (program: Program, storage?: Storage) =>
  bareMachine(program, variants[0] as Variant, storage).machine;

/** Steps `machine` by the interpreter and notes each step before which it is at one of the addresses. */
function arrivals(machine: Machine, addresses: ReadonlySet<number>, until: number): number[] {
  const interpreter = new Interpreter(machine);
  const found: number[] = [];
  for (;;) {
    const stop = machine.settle(until);
    if (stop !== undefined) return found;
    if (addresses.has(machine.pc)) found.push(machine.steps);
    if (interpreter.run(machine.steps + 1).kind !== 'limit') return found;
  }
}

/** The same by breakpoints: each stop, gone on from with one step. */
function breaks(
  machine: Machine,
  run: (until: number) => { kind: string },
  addresses: ReadonlySet<number>,
  until: number,
) {
  const found: number[] = [];
  let stopping = true;
  const arrive = () => {
    if (stopping) machine.break();
    return stopping;
  };
  machine.breaks = { addresses, arrive };
  while (run(until).kind === 'break') {
    expect(addresses.has(machine.pc)).toBe(true);
    found.push(machine.steps);
    stopping = false;
    run(machine.steps + 1);
    stopping = true;
  }
  return found;
}

function check(program: Program, n: number): { hits: number; compiled: number } {
  const random = new Random(seed, n);
  const addresses = new Set(Array.from({ length: 3 }, () => codeAt + 4 * random.below(program.code.length)));
  const until = 2000;
  const oracle = bare(program);
  const expected = arrivals(oracle, addresses, until);
  const slow = bare(program);
  const interpreter = new Interpreter(slow);
  const fast = bare(program, cleanStorage());
  const engine = new FastEngine(fast, { hot: 2 });
  // Compiled without breakpoints first, so that regions have to give way to them.
  const half = Math.min(until / 2, oracle.steps);
  engine.run(half);
  const compiledBefore = engine.statistics.compiledSteps;
  const say = `seed ${seed}, case ${n}, at ${[...addresses].map((a) => a.toString(16)).join()}\n${formatProgram(program)}`;
  expect(
    breaks(slow, (to) => interpreter.run(to), addresses, until),
    say,
  ).toEqual(expected);
  expect(
    breaks(fast, (to) => engine.run(to), addresses, until),
    say,
  ).toEqual(expected.filter((step) => step >= half));
  expect(difference(slow, oracle), say).toBeUndefined();
  expect(difference(fast, oracle), say).toBeUndefined();
  const compiled = engine.statistics.compiledSteps - compiledBefore;
  engine.close();
  return { hits: expected.length, compiled };
}

describe(`Breakpoints (seed ${seed})`, () => {
  it(`stop before their instruction every time, on both engines: ${cases} random programs`, () => {
    let [hits, compiled] = [0, 0];
    for (let n = 0; n < cases; n++) {
      const result = check(randomProgram(seed, n), n);
      hits += result.hits;
      compiled += result.compiled;
    }
    expect(hits).toBeGreaterThan(1000);
    expect(compiled).toBeGreaterThan(1000);
  });
});
