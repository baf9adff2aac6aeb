/** The chronicle of a run: each event once, at its step, wherever the timeline has been. `SEED=… npm test` repeats a run. */
import { describe, expect, it } from 'vitest';
import { Chronicle, type ChronicleEvent } from '../../../vmm/replay/chronicle.ts';
import { ownExits } from '../../../vmm/replay/notes.ts';
import { finish } from '../../../vmm/replay/timeline.ts';
import { imageOf } from '../../guests/run.ts';
import { randomProgram } from '../../property/generate.ts';
import { Random } from '../../property/random.ts';
import { seed } from '../../property/seed.ts';
import { image } from '../assembled.ts';
import { guestRun, randomRun, type Run, ways } from './kit.ts';

const limit = 3000;

function chronicled(run: Run): Run & { readonly chronicle: Chronicle } {
  return { ...run, chronicle: new Chronicle(run.timeline) };
}

function all(chronicle: Chronicle): ChronicleEvent[] {
  return chronicle.between(0, Number.POSITIVE_INFINITY);
}

/** Those that follow from the guest's state alone. */
function repeated(events: readonly ChronicleEvent[]): ChronicleEvent[] {
  return events.filter((event) => event.kind !== 'exit' || !ownExits.has(event.name));
}

describe.each(ways)('The chronicle of a guest run by $engine, monitor $monitor', (way) => {
  it('has in a run to and fro what it has in a straight run', () => {
    for (let n = 0; n < 3; n++) {
      const program = randomProgram(seed, n);
      const straight = chronicled(randomRun(program, way));
      finish(straight.timeline.forward(limit));
      const { timeline, chronicle } = chronicled(randomRun(program, way));
      const random = new Random(seed + 100 + n);
      for (let step = 200; step <= limit; step += 200) {
        finish(timeline.forward(step));
        finish(timeline.seek(random.below(timeline.step + 1)));
        finish(timeline.seek(Math.min(timeline.edge, timeline.step + random.below(100))));
        if (random.below(2) === 0) finish(timeline.seek(timeline.edge));
      }
      finish(timeline.forward(limit));
      expect(repeated(all(chronicle)), `seed ${seed}, program ${n}`).toEqual(
        repeated(all(straight.chronicle)),
      );
    }
  });

  it('stays as it is when the run is gone through again, however much the ledger counts', () => {
    const run = chronicled(guestRun(imageOf('flags.s'), way));
    const { timeline, chronicle, subject } = run;
    finish(timeline.forward(100_000));
    const events = all(chronicle);
    const exits = events.filter(({ kind }) => kind === 'exit').length;
    const counted = () => [...(subject.ledger?.exits.values() ?? [])].reduce((sum, one) => sum + one, 0);
    const once = counted();
    // The virtual machine's first turn began before the chronicle.
    expect(once - exits).toBeLessThanOrEqual(1);
    for (const part of [0.5, 0.1, 0.9, 0]) {
      finish(timeline.seek(Math.floor(timeline.edge * part)));
      finish(timeline.seek(timeline.edge));
    }
    expect(all(chronicle)).toEqual(events);
    const isCounted = !['none', 'interpret'].includes(way.monitor);
    expect(counted() > once).toBe(isCounted);
  });
});

/** Prints a, traps, prints b. */
const talker = image(`    .globl _start
_start:
    la   t0, handler
    mts  TVEC, t0
    li   s0, 0x10
    li   t1, 'a'
    out  s0, t1
    ecall
    li   t1, 'b'
    out  s0, t1
    li   t0, 1
    out  t0, zero
handler:
    mfs  t2, EPC
    addi t2, t2, 4
    mts  EPC, t2
    iret
`);

describe('A chronicle', () => {
  const talk = () => chronicled(guestRun(talker, { monitor: 'none', engine: 'interpreter' }));

  it('is asked for what happened in some steps, and for what happened before and after one', () => {
    const { timeline, chronicle } = talk();
    finish(timeline.forward(1000));
    const events = all(chronicle);
    expect(events.map(({ kind }) => kind)).toEqual(['output', 'trap', 'output']);
    const [a, trap, b] = events as [ChronicleEvent, ChronicleEvent, ChronicleEvent];
    expect(trap).toMatchObject({ cause: 8, value: 0 });
    expect(chronicle.between(a.step, trap.step)).toEqual([a]);
    expect([chronicle.before(trap.step), chronicle.before(trap.step + 1)]).toEqual([a, trap]);
    expect([chronicle.from(trap.step), chronicle.from(trap.step + 1)]).toEqual([trap, b]);
    expect([chronicle.before(a.step), chronicle.from(b.step + 1)]).toEqual([undefined, undefined]);
  });

  it('forgets the future that another one takes the place of', () => {
    const { timeline, chronicle } = talk();
    finish(timeline.forward(1000));
    const [a, trap] = all(chronicle) as [ChronicleEvent, ChronicleEvent];
    finish(timeline.seek(trap.step + 1));
    timeline.record({ kind: 'register', file: 'general', number: 8, value: 0x12 });
    expect(all(chronicle)).toEqual([a, trap]);
    finish(timeline.forward(1000));
    expect(all(chronicle)).toEqual([a, trap]);
  });

  it('gives up its older half when it is full, and says from which step on it has all', () => {
    const run = guestRun(talker, { monitor: 'none', engine: 'interpreter' });
    const chronicle = new Chronicle(run.timeline, 2);
    finish(run.timeline.forward(1000));
    const [b] = all(chronicle) as [ChronicleEvent];
    expect(all(chronicle)).toEqual([b]);
    expect(chronicle.start).toBeGreaterThan(0);
    finish(run.timeline.seek(0));
    finish(run.timeline.seek(run.timeline.edge));
    expect(all(chronicle)).toEqual([b]);
  });
});
