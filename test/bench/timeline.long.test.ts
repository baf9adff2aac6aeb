/** The timeline of techniques, run again: the recorded exits and the picture are of the present guests and monitors. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { load } from './kit.ts';

const { benchTimeline } = await load('timeline');
const { formatTimeline, formatTimelineSvg } = await load('timeline-report');

const progress = () => {};
const how = 'run `ringlab bench --timeline --svg bench/timeline.svg` and put its table into bench/README.md';
const recorded = (file: string) => readFileSync(new URL(`../../bench/${file}`, import.meta.url), 'utf8');

type Results = ReturnType<typeof benchTimeline>;

describe('The timeline of techniques', () => {
  let results: Results;
  const exitsOf = (guest: string, technique: string) => {
    const found = results.find((one) => one.guest === guest && one.technique === technique);
    return Object.values(found?.exits ?? {}).reduce((sum, count) => sum + count, 0);
  };
  beforeAll(() => {
    results = benchTimeline({ runs: 1, progress });
  });

  it('has the recorded exits', () => {
    const [exits = ''] = formatTimeline(results).split('Processor time');
    expect(recorded('README.md'), how).toContain(exits);
  });

  it('has the recorded picture', () => {
    expect(formatTimelineSvg(results), how).toBe(recorded('timeline.svg'));
  });

  it('has fewer exits with each feature of the hardware', () => {
    const order = [
      'trap-and-emulate',
      'guest mode',
      '+ nested paging',
      '+ virtual interrupts',
      '+ console passed',
    ];
    for (const guest of ['mini.s', 'kernel.s']) {
      const counts = order.map((technique) => exitsOf(guest, technique));
      expect(counts, guest).toEqual(counts.toSorted((a, b) => b - a));
      expect(new Set(counts).size, guest).toBe(order.length);
    }
  });

  it('needs no more exits of mini.s than the techniques promise', () => {
    const most = {
      'trap-and-emulate': 490,
      'binary translation': 271,
      'guest mode': 132,
      '+ nested paging': 63,
      '+ virtual interrupts': 30,
      '+ console passed': 5,
    };
    for (const [technique, count] of Object.entries(most))
      expect(exitsOf('mini.s', technique), technique).toBeLessThanOrEqual(count);
  });

  it('refuses a guest that it does not have', () => {
    expect(() => benchTimeline({ only: ['teleport.s'], progress })).toThrow(
      'no guest "teleport.s"; choose from mini.s',
    );
  });
});
