/** A generated class: the same tables whether it is graded at once, killed and continued, or by a queue. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratch } from '../cli/kit.ts';
import { Aviary } from './canaries.ts';
import { type Generated, generateClass } from './generated.ts';
import {
  gradeAtOnce,
  gradeByQueue,
  gradeInterrupted,
  startRedis,
  tablesIn,
  type Trial,
  trialIn,
  undeserved,
} from './trial.ts';

const file = scratch();
let trial: Trial;
let aviary: Aviary;
let generated: readonly Generated[];

beforeAll(async () => {
  trial = trialIn(file('trial'), 2);
  aviary = await Aviary.open(file('.'));
  generated = await generateClass(trial.folder, 12, aviary.canaries);
  await gradeAtOnce(trial, 'at-once');
});

afterAll(() => aviary.close());

describe('A generated class', () => {
  it('gets what each submission deserves, and touches nothing', () => {
    expect(undeserved(trial, 'at-once', generated)).toEqual([]);
    expect(aviary.touched()).toEqual([]);
  });

  it('has the same tables when its grading is killed in the middle and continued', async () => {
    expect(await gradeInterrupted(trial, 'interrupted', 4)).toBeLessThan(12);
    expect(tablesIn(trial, 'interrupted')).toEqual(tablesIn(trial, 'at-once'));
  });

  it('has the same tables when two workers take it from a queue, and one of them is killed', async ({
    skip,
  }) => {
    const redis = await startRedis();
    if (redis === undefined) return skip('there is no redis-server');
    try {
      await gradeByQueue(trial, 'by-queue', redis.url, 4);
    } finally {
      await redis.close();
    }
    expect(tablesIn(trial, 'by-queue')).toEqual(tablesIn(trial, 'at-once'));
  });
});
