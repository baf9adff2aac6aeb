/** The picture of exit multiplication, and how the counts are printed. What is counted: nesting.long.test.ts. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exitsByDepth } from '../../examples/tours/15-theorem-2.ts';
import { load, recordedNesting } from './kit.ts';

const { formatNesting, formatNestingSvg } = await load('nesting-report');

describe('The recorded counts of exit multiplication', () => {
  it('are printed as they were', () => {
    const page = readFileSync(new URL('../../bench/README.md', import.meta.url), 'utf8');
    expect(page).toContain(formatNesting(recordedNesting()));
  });

  it('are what the picture shows', () => {
    const picture = readFileSync(new URL('../../bench/nesting.svg', import.meta.url), 'utf8');
    const how = 'ringlab bench --nesting --svg bench/nesting.svg';
    expect(formatNestingSvg(recordedNesting()), how).toBe(picture);
  });

  it('are in the lesson as well', () => {
    const rows = recordedNesting().filter(({ guest }) => guest === 'timer.s');
    expect(rows.map(({ monitor, exits }) => [monitor, exits])).toEqual(exitsByDepth);
  });

  it('multiply by more than ten with each minivisor under trap-and-emulate', () => {
    const rows = recordedNesting().filter(({ monitor }) => monitor === 'trap-and-emulate');
    expect(rows.map(({ exits }) => exits.length)).toEqual([4, 4, 4]);
    for (const { exits } of rows)
      for (const [n, count] of exits.slice(1).entries()) expect(count / (exits[n] ?? 0)).toBeGreaterThan(10);
  });
});
