/** Checkpoints: what is kept of a long run, and that it is enough. */
import { describe, expect, it } from 'vitest';
import { FastEngine } from '../../../isa/engines/fast/fast.ts';
import { PAGE } from '../../../isa/machine/storage.ts';
import { finish, type Timeline } from '../../../vmm/replay/timeline.ts';
import { pagedImage } from '../assembled.ts';
import { byTicks, digest, guestRun, ways } from './kit.ts';

/** Goes through 64 KiB again and again, adding, and prints a letter each time round. */
const walker = pagedImage(`
    li   s0, 0
    li   s4, 16
1:  li   s1, 0x30000
    li   s2, 0x40000
2:  lw   t0, 0(s1)
    add  t0, t0, s0
    sw   t0, 0(s1)
    addi s1, s1, 4
    bltu s1, s2, 2b
    addi s0, s0, 1
    andi t0, s0, 15
    addi t0, t0, 'a'
    out  s4, t0
    j    1b`);

/** Its memory: what the walker writes, and its own pages. */
const pages = 16;

function gaps({ checkpointSteps }: Timeline): number[] {
  return checkpointSteps.slice(1).map((step, n) => step - (checkpointSteps[n] as number));
}

describe.each(ways)('A long run by $engine, monitor $monitor', (way) => {
  it('is gone back through in any order, and prints everything once', () => {
    const run = guestRun(walker, { ...way, fast: { hot: 200 } }, {}, byTicks({ least: 4096, most: 16384 }));
    const { timeline, printed } = run;
    const known = [100_000, 170_000, 333_333, 400_001, 600_000].map((step) => {
      finish(timeline.forward(step));
      return [step, digest(run)] as const;
    });
    const said = String.fromCharCode(...printed);
    expect(said).toBe('bcdefgh');
    for (const n of [2, 0, 3, 4, 1, 0]) {
      const [step, expected] = known[n] as readonly [number, string];
      finish(timeline.seek(step));
      expect(digest(run)).toBe(expected);
    }
    expect(String.fromCharCode(...printed)).toBe(said);
    const { engine } = run.subject;
    if (engine instanceof FastEngine && ['none', 'trap-and-emulate'].includes(way.monitor))
      expect(engine.statistics.compiledSteps).toBeGreaterThan(400_000);
  });
});

describe('Checkpoints', () => {
  const way = { monitor: 'none', engine: 'interpreter' } as const;

  it('lie the thinner the further from now, and are no more than asked for', () => {
    const limits = { bytes: 2 ** 30, count: 12 };
    const options = { ...byTicks({ least: 1024, most: 1024 }), limits };
    const { timeline } = guestRun(walker, way, {}, options);
    finish(timeline.forward(1_000_000));
    expect(timeline.checkpointSteps.length).toBeLessThanOrEqual(12);
    const apart = gaps(timeline);
    expect(Math.max(...apart.slice(-3))).toBeLessThan(Math.max(...apart) / 8);
    // Gone back to a place far away, they lie close there.
    finish(timeline.seek(300_000));
    finish(timeline.seek(299_000));
    const near = timeline.checkpointSteps.filter((step) => step <= 300_000).at(-1) as number;
    expect(300_000 - near).toBeLessThanOrEqual(4096);
  });

  it('hold no more bytes than asked for, whatever the run writes', () => {
    const limits = { bytes: 5 * pages * PAGE, count: 1000 };
    const options = { ...byTicks({ least: 16384, most: 16384 }), limits };
    const run = guestRun(walker, way, {}, options);
    const { timeline } = run;
    finish(timeline.forward(20_000));
    const before = digest(run);
    const first = timeline.checkpointBytes;
    finish(timeline.forward(2_000_000));
    expect(timeline.checkpointSteps.length).toBeGreaterThan(3);
    expect(timeline.checkpointBytes).toBeLessThanOrEqual(first + limits.bytes);
    finish(timeline.seek(20_000));
    expect(digest(run)).toBe(before);
  });

  it('share the pages that were not written between them', () => {
    const options = byTicks({ least: 256, most: 256 });
    const { timeline } = guestRun(walker, way, {}, options);
    finish(timeline.forward(50_000));
    // A checkpoint every 1280 steps or so: the walker has written one page, or two.
    const each = timeline.checkpointBytes / timeline.checkpointSteps.length;
    expect(timeline.checkpointSteps.length).toBeGreaterThan(30);
    expect(each).toBeLessThan(3 * PAGE);
  });
});

describe('What is done in the past', () => {
  it('is the beginning of another future', () => {
    const run = guestRun(walker, { monitor: 'none', engine: 'fast' });
    const { timeline, printed } = run;
    finish(timeline.forward(200_000));
    expect(String.fromCharCode(...printed)).toBe('bc');
    finish(timeline.seek(1000));
    // The letters count from s0.
    timeline.record({ kind: 'register', file: 'general', number: 8, value: 7 });
    expect(timeline.edge).toBe(1000);
    finish(timeline.forward(200_000));
    expect(String.fromCharCode(...printed)).toBe('bcij');
    const changed = digest(run);
    finish(timeline.seek(999));
    expect(run.subject.machine.x[8]).toBe(0);
    finish(timeline.seek(200_000));
    expect(digest(run)).toBe(changed);
  });
});
