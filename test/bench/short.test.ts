/** The benchmark of short runs: it runs the command itself, and says what it took. */
import { expect, it } from 'vitest';
import { load } from './kit.ts';

const { benchShort, formatShort } = await load('short');

it('The benchmark of short runs measures the whole command on both engines, in lines of at most 80 columns', async () => {
  const told: string[] = [];
  const report = await benchShort({
    only: ['sha256', 'switches'],
    runs: 1,
    progress: (text) => told.push(text),
  });
  expect(report.results.map(({ program }) => program)).toEqual(['sha256', 'sha256 x 3']);
  expect(told).toEqual(['round 1 of 1: sha256', 'round 1 of 1: sha256 x 3']);
  const text = formatShort(report);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  expect(text).toMatch(/^sha256 +\d+\.\d{3} +\d+\.\d{3} +\d[\d.]+$/m);
});
