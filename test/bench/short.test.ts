/** The benchmark of short runs: it runs the command itself, and says what it took. */
import { expect, it } from 'vitest';
import { load } from './kit.ts';

const { benchShort, formatShort } = await load('short');

it('The benchmark of short runs measures the whole command on both engines, in lines of at most 80 columns', async () => {
  const told: string[] = [];
  const report = await benchShort({
    only: ['fib', 'switches'],
    runs: 1,
    progress: (text) => told.push(text),
  });
  expect(report.results.map(({ program }) => program)).toEqual(['fib']);
  expect(told).toEqual(['round 1 of 1: fib']);
  const text = formatShort(report);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  expect(text).toMatch(/^fib +\d+\.\d{3} +\d+\.\d{3} +\d[\d.]+$/m);
});
