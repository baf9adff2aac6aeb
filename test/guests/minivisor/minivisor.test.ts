/** Minivisor on the bare machine: its guest is as on the bare machine. With more above and below: minivisor.long.test.ts. */
import { describe, expect, it } from 'vitest';
import { partsOf } from '../../vmm/guests.ts';
import { compareAtEntries, pairOf } from './kit.ts';

const memory = 2 ** 20;

describe('Minivisor', () => {
  it.each(['hello.s', 'kernel/mini.s'])(
    'runs %s as the bare machine does, each time that it enters it',
    (file) => {
      const pair = pairOf({ ...partsOf(file, 'ring32-v'), memory }, 1);
      const { difference, comparisons, stops } = compareAtEntries(pair, 1);
      expect(difference).toBeUndefined();
      expect(stops).toEqual([stops[0], stops[0]]);
      expect(comparisons).toBeGreaterThan(18);
    },
  );

  it('runs hello.s under itself', () => {
    const pair = pairOf({ ...partsOf('hello.s', 'ring32-v'), memory }, 2);
    const { difference, comparisons, stops } = compareAtEntries(pair, 2);
    expect(difference).toBeUndefined();
    expect(stops).toEqual([stops[0], stops[0]]);
    expect(comparisons).toBeGreaterThan(18);
  });
});
