/** Searches of the past, against a list of all that happened. `SEED=… npm test` repeats a run. */
import { describe, expect, it } from 'vitest';
import { FastEngine } from '../../../isa/engines/fast/fast.ts';
import { Interpreter } from '../../../isa/engines/interpreter/interpreter.ts';
import { WATCH } from '../../../isa/machine/memory.ts';
import { PAGE } from '../../../isa/machine/storage.ts';
import { type Variant, variants } from '../../../isa/table/variants.ts';
import type { Watchpoint } from '../../../vmm/replay/points.ts';
import { seekExit, seekPoint, seekTrap, seekWrite } from '../../../vmm/replay/search.ts';
import { finish } from '../../../vmm/replay/timeline.ts';
import { bareMachine } from '../../property/bare.ts';
import { randomProgram } from '../../property/generate.ts';
import { formatProgram } from '../../property/print.ts';
import { layout, memorySize, type Program } from '../../property/program.ts';
import { Random } from '../../property/random.ts';
import { seed } from '../../property/seed.ts';
import { digest, randomRun, stacks, ways } from './kit.ts';

const cases = 8;

interface History {
  readonly arrivals: number[];
  readonly writes: number[];
  readonly traps: number[];
  end: number;
}

/** Steps before which each thing happened, on the bare machine, stepped by the interpreter. */
function historyOf(
  program: Program,
  addresses: ReadonlySet<number>,
  watched: Watchpoint,
  until: number,
): History {
  const machine = bareMachine(program, variants[0] as Variant).machine;
  const history: History = { arrivals: [], writes: [], traps: [], end: 0 };
  let settling = false;
  for (let page = 0; page < memorySize / PAGE; page++) machine.memory.watch(page, WATCH.POINT);
  machine.memory.onWrite((at, length, mark) => {
    const meets = at < watched.at + watched.length && watched.at < at + length;
    // What a device writes between two steps is seen at the later one.
    if (meets && !mark) history.writes.push(machine.steps - (settling ? 1 : 0));
  });
  machine.onTrap = () => history.traps.push(machine.steps);
  const interpreter = new Interpreter(machine);
  for (;;) {
    settling = true;
    const stop = machine.settle(until);
    settling = false;
    if (stop === undefined && addresses.has(machine.pc)) history.arrivals.push(machine.steps);
    if (stop !== undefined || interpreter.run(machine.steps + 1).kind !== 'limit') break;
  }
  history.end = machine.steps;
  return history;
}

/** The last of `steps` before `step`. */
function lastBefore(steps: readonly number[], step: number): number | undefined {
  return steps.findLast((candidate) => candidate < step);
}

describe.each([...ways, ...stacks])(`In a run by $engine, monitor $monitor (seed ${seed})`, (way) => {
  it(`the last breakpoint, write and trap before a step are found: ${cases} random programs`, () => {
    let found = 0;
    for (let n = 0; n < cases; n++) {
      const random = new Random(seed, n);
      const program = randomProgram(seed, n);
      const addresses = new Set(
        Array.from({ length: 2 }, () => layout.codeAt + 4 * random.below(program.code.length)),
      );
      const watched = { at: layout.dataAt + 4 * random.below(0x800), length: random.pick([1, 4, 64, 2048]) };
      const history = historyOf(program, addresses, watched, 1 + random.below(3000));
      const run = randomRun(program, way);
      const { timeline } = run;
      finish(timeline.forward(history.end));
      timeline.points.set({ addresses, watchpoints: [] });
      for (let times = 0; times < 4; times++) {
        const from = 1 + random.below(history.end);
        const searches = [
          ['a breakpoint', seekPoint(timeline, 'all'), history.arrivals],
          ['a write', seekWrite(timeline, watched), history.writes],
          ['a trap', seekTrap(timeline), history.traps],
        ] as const;
        for (const [what, search, steps] of searches) {
          finish(timeline.seek(from));
          const at = finish(search)?.step;
          expect(
            at,
            `${what} before ${from}: seed ${seed}, case ${n}, ${JSON.stringify([...addresses])} ${JSON.stringify(watched)}\n${formatProgram(program)}`,
          ).toBe(lastBefore(steps, from));
          expect(timeline.step).toBe(at ?? 0);
          if (at !== undefined) found += 1;
        }
      }
      if (run.subject.engine instanceof FastEngine) run.subject.engine.close();
    }
    expect(found).toBeGreaterThan(cases);
  });
});

describe('Under a monitor', () => {
  it('the last exit is found, and is the same from wherever it is searched', () => {
    const run = randomRun(randomProgram(7, 3), { monitor: 'trap-and-emulate', engine: 'interpreter' });
    const { timeline } = run;
    finish(timeline.forward(2000));
    const exits: string[] = [];
    for (let from = timeline.step; from > 0; from = timeline.step) {
      const exit = finish(seekExit(timeline));
      if (exit === undefined) break;
      exits.push(`${exit.step} ${exit.name} ${digest(run)}`);
    }
    expect(exits.length).toBeGreaterThan(3);
    for (const known of exits) {
      const step = Number.parseInt(known, 10);
      finish(timeline.seek(step + 1));
      const exit = finish(seekExit(timeline));
      expect(`${exit?.step} ${exit?.name} ${digest(run)}`).toBe(known);
    }
  });
});
