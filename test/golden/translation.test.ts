/** What binary translation makes of small guests that show every kind of it, as it was accepted. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { accepted, goldenFile, guests, printed } from './cases.ts';

describe('The golden pairs', () => {
  it('are all there: a text for each guest', () => expect(accepted).toEqual(guests));

  it('show every kind of word', () => {
    const all = accepted.map((name) => readFileSync(goldenFile(name), 'utf8')).join('');
    const kinds = ['identical', 'sequence', 'counts 2', 'callout', 'callout, adapted', 'chained', 'stub'];
    for (const kind of [...kinds, 'not chained yet']) expect(all).toContain(` ${kind}\n`);
    for (const exit of ['else:', 'taken:', 'misaligned:', '(on to']) expect(all).toContain(`\n  ${exit}`);
  });
});

describe.each(guests)('%s', (name) => {
  it('is translated as was accepted (npm run golden accepts a change)', () => {
    expect(printed(name)).toBe(readFileSync(goldenFile(name), 'utf8'));
  });
});
