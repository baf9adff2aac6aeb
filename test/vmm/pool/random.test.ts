/**
 * Random runs of a simulated pool, and faults one by one: after every step no machine runs twice, none is lost, every
 * change of state is in the table, no host has more than it can hold, and no time is billed twice. In the end all is
 * healed, and every machine is what its user wants. More runs are in random.long.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { seed } from '../../property/seed.ts';
import { faults, randomRun } from './trials.ts';

const runs = 8;

describe('A pool', () => {
  it(`is right after every step of ${runs} random runs (seed ${seed})`, () => {
    for (let n = 0; n < runs; n++) {
      const found = randomRun(n);
      if (found !== undefined) throw new Error(`seed ${seed}, run ${n}: ${found}`);
    }
  });

  it.each(Object.entries(faults))('is right when %s', (_, fault) => {
    expect(fault()).toBeUndefined();
  });
});
