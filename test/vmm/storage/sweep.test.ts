/** Sweeps and publications at the same time. Bugs that these tests must find: mutants.long.test.ts. */
import fc from '../../property/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { seed } from '../../property/seed.ts';
import { BLOCK } from '../../../vmm/snapshot/blocks.ts';
import { finish, publishNew } from '../../../vmm/storage/publish.ts';
import { sweep, sweepAge } from '../../../vmm/storage/sweep.ts';
import { run, tightSchedules } from './interleavings.ts';
import { memoryBlocks } from './memory-objects.ts';
import { schedules } from './steps.ts';

const disk = (byte: number) => [[0, new Uint8Array(BLOCK).fill(byte)] as const];

describe('A sweep', () => {
  it(`loses nothing of any disk, however it is interleaved with publications (seed ${seed})`, () => {
    fc.assert(
      fc.property(schedules, (steps) => {
        expect(run(steps)).toBeUndefined();
      }),
      { seed, numRuns: 100 },
    );
  });

  it.each(Object.entries(tightSchedules))('loses nothing when %s', (_, steps) => {
    expect(run(steps)).toBeUndefined();
  });

  it('removes what no disk needs when it is an hour old, and what a disk needs never', () => {
    const { store, objects } = memoryBlocks();
    const needed = finish(publishNew(store, 8, disk(1)));
    finish(publishNew(store, 8, disk(2)));
    objects.now = sweepAge;
    const early = finish(sweep(store, { roots: () => [needed.root], began: objects.now }));
    expect(early).toEqual({ needed: 3, removed: { root: 0, leaf: 0, block: 0 }, young: 3 });
    objects.now += 1;
    const late = finish(sweep(store, { roots: () => [needed.root], began: objects.now }));
    expect(late).toEqual({ needed: 3, removed: { root: 1, leaf: 1, block: 1 }, young: 0 });
  });

  it('removes nothing at all when a disk that is needed cannot be read', () => {
    const { store, objects } = memoryBlocks();
    const { root } = finish(publishNew(store, 8, disk(1)));
    finish(publishNew(store, 8, disk(2)));
    const [leaf = ''] = objects.list('leaf');
    objects.stored.delete(`leaf ${leaf}`);
    objects.now = 2 * sweepAge;
    const before = objects.stored.size;
    expect(() => finish(sweep(store, { roots: () => [root], began: objects.now }))).toThrow(
      `leaf ${leaf} is missing`,
    );
    expect(objects.stored.size).toBe(before);
  });
});
