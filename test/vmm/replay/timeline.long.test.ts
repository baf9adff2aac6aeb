/** Forward and back: random guests with random inputs, every way to run them. `SEED=… npm test` repeats a run. */
import { describe, expect, it } from 'vitest';
import { FastEngine } from '../../../isa/engines/fast/fast.ts';
import { SR } from '../../../isa/table/sysregs.ts';
import type { Input } from '../../../vmm/replay/inputs.ts';
import { stepBack, stepForward } from '../../../vmm/replay/stepping.ts';
import { finish } from '../../../vmm/replay/timeline.ts';
import { randomProgram } from '../../property/generate.ts';
import { formatProgram } from '../../property/print.ts';
import { layout } from '../../property/program.ts';
import { Random } from '../../property/random.ts';
import { seed } from '../../property/seed.ts';
import { digest, type Run, randomRun, ways } from './kit.ts';

const cases = 10;
const length = 4000;

/** Something from outside. */
function anyInput({ subject }: Run, random: Random): Input {
  const value = (file: 'general' | 'system' | 'status' | 'pc', number: number, word: number): Input => {
    return { kind: 'register', file, number, value: word };
  };
  // Prepared input has its end: nothing is typed after it.
  switch (subject.devices.isFed ? random.below(6) : 1 + random.below(5)) {
    case 0:
      return { kind: 'console', bytes: Uint8Array.of(random.below(256), 10) };
    case 1:
      return {
        kind: 'memory',
        at: layout.dataAt + random.below(0x2000),
        bytes: Uint8Array.of(random.below(256)),
      };
    case 2:
      return value('general', 5, random.below(100));
    case 3:
      return value('system', SR.TIMER, 50);
    case 4:
      return value('status', 0, subject.machine.status ^ (random.below(2) << 2));
    default:
      return value('pc', 0, layout.codeAt + 4 * random.below(8));
  }
}

/** Goes forward in strides, noting what the guest is after each. */
function recorded(run: Run, random: Random): Map<number, string> {
  const known = new Map([[run.timeline.start, digest(run)]]);
  while (run.timeline.step < length) {
    const stop = finish(run.timeline.forward(run.timeline.step + 1 + random.below(150)));
    // Refusing a trap that nobody handles is no step: it can be gone to, but only before it.
    if (stop.kind === 'unhandled') break;
    if (random.oneIn(5)) run.timeline.record(anyInput(run, random));
    known.set(run.timeline.step, digest(run));
    if (stop.kind !== 'limit') break;
  }
  return known;
}

describe.each(ways)(`A run by $engine, monitor $monitor (seed ${seed})`, (way) => {
  it(`is at every step what it was, wherever it comes from: ${cases} random programs`, () => {
    let compiled = 0;
    for (let n = 0; n < cases; n++) {
      const random = new Random(seed, n);
      const program = randomProgram(seed, n);
      const run = randomRun(program, way);
      const known = [...recorded(run, random)];
      for (let times = 0; times < 16; times++) {
        const [step, expected] = random.pick(known);
        finish(run.timeline.seek(step));
        expect(run.timeline.step).toBe(step);
        expect(digest(run), `seed ${seed}, case ${n}, step ${step}\n${formatProgram(program)}`).toBe(
          expected,
        );
      }
      const { engine } = run.subject;
      if (engine instanceof FastEngine) {
        compiled += engine.statistics.compiledSteps;
        engine.close();
      }
    }
    if (way.engine === 'fast' && way.monitor !== 'interpret') expect(compiled).toBeGreaterThan(0);
  });

  it('steps back through what it stepped forward through', () => {
    for (let n = 0; n < 10; n++) {
      const random = new Random(seed, n);
      const run = randomRun(randomProgram(seed, n), way);
      const { timeline } = run;
      finish(timeline.forward(random.below(2000)));
      // Within a wait there is no step to come back to.
      if (run.subject.machine.waiting) finish(stepForward(timeline));
      if (run.subject.machine.waiting) continue;
      const forward: string[] = [digest(run)];
      for (let count = 0; count < 40; count++) {
        const { steps } = run.subject.machine;
        const { kind } = finish(stepForward(timeline));
        // A machine that stops by a trap that nobody handles takes no step for it.
        if (run.subject.machine.steps === steps) forward.pop();
        forward.push(digest(run));
        if (kind !== 'limit') break;
      }
      const back: string[] = [];
      for (let count = forward.length; count > 0; count--) {
        back.unshift(digest(run));
        if (count > 1) expect(finish(stepBack(timeline))).toBe(true);
      }
      expect(back).toEqual(forward);
      if (run.subject.engine instanceof FastEngine) run.subject.engine.close();
    }
  });
});
