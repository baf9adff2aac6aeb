/**
 * As random.test.ts, with more runs: `SEED=… RUNS=100000 npx vitest run --config test/long.config.ts test/vmm/pool/random`
 * takes others, and more.
 */
import { expect, it } from 'vitest';
import { seed } from '../../property/seed.ts';
import { randomRun } from './trials.ts';

const runs = Number(process.env.RUNS ?? 200);

it(
  `A pool is right after every step of ${runs} random runs (seed ${seed})`,
  () => {
    for (let n = 0; n < runs; n++) {
      const found = randomRun(n);
      if (found !== undefined) throw new Error(`seed ${seed}, run ${n}: ${found}`);
    }
    expect(runs).toBeGreaterThan(0);
  },
  24 * 3600 * 1000,
);
