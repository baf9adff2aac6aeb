/** The benchmark of time travel: it goes where it says, and prints what fits into a terminal. */
import { expect, it } from 'vitest';
import { load } from './kit.ts';

const { benchTimeTravel, formatTimeTravel } = await load('time-travel');

it('The benchmark of time travel measures runs bare and monitored, in lines of at most 80 columns', () => {
  const report = benchTimeTravel({ only: ['sieve'], steps: 300_000, progress: () => {} });
  expect(report.results.map(({ monitor, steps }) => [monitor, steps])).toEqual([
    ['none', 300_000],
    ['trap-and-emulate', 300_000],
  ]);
  const text = formatTimeTravel(report);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  expect(text).toContain('sieve, monitored');
});
