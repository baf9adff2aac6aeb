/** The teaching kernel: it does what its head promises, on every variant and engine, and stays easy to read. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseExpectations } from './expectations.ts';
import { fillSectors, guestText, runGuest } from './run.ts';

const parts = readdirSync(fileURLToPath(new URL('../../guests/kernel/', import.meta.url)), {
  recursive: true,
  encoding: 'utf8',
})
  .filter((name) => /\.(s|inc)$/.test(name))
  .map((name) => name.replaceAll('\\', '/'))
  .toSorted();

describe.each(['kernel/kernel.s', 'kernel/mini.s', 'kernel/ported.s'])('The guest %s', (file) => {
  const { outcomes } = parseExpectations(guestText(file));

  it('runs on all variants, and alike', () => {
    const [first, ...others] = outcomes.values();
    expect([...outcomes.keys()]).toEqual(['ring32-v', 'ring32-x', 'ring32-h']);
    for (const other of others) expect(other).toEqual(first);
  });

  for (const [variant, outcome] of outcomes) {
    it.each(['interpreter', 'fast'] as const)(
      `does on ${variant} what it promises, run by the engine %s`,
      (engine) => {
        const disk = outcome.disk && fillSectors(outcome.disk);
        expect(runGuest(file, variant, engine)).toEqual({ ...outcome, disk });
      },
    );
  }

  it('prints no more than a projector shows', () => {
    const lines = outcomes.get('ring32-v')?.console.trimEnd().split('\n') ?? [];
    expect(lines.length).toBeLessThanOrEqual(25);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(78);
  });
});

describe('guests/kernel/', () => {
  it.each(parts)('%s can be read at a sitting: 150 lines', (part) => {
    expect(guestText(`kernel/${part}`).trimEnd().split('\n').length).toBeLessThanOrEqual(150);
  });

  it('has every part in the reading order of its README, once', () => {
    const listed = [...guestText('kernel/README.md').matchAll(/^\| `([\w/-]+\.(?:s|inc))` +\|/gm)];
    expect(listed.map(([, name]) => name).toSorted()).toEqual(parts);
  });
});
