import { describe, expect, test } from 'vitest';
import { accepted } from './accepted.ts';
import { build, gnuSections, hasGnu, sectionBytes } from './kit.ts';

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex');
}

/** GNU fills a section up to its alignment; we do not. */
function cut(theirs: string, ours: string): string {
  return /^(?:00){0,15}$/.test(theirs.slice(ours.length)) ? theirs.slice(0, ours.length) : theirs;
}

describe('sources as people have them', () => {
  test.each(Object.entries(accepted))('%s', (_title, [source, text, data = '']) => {
    const { elf } = build(source);
    expect(hex(sectionBytes(elf, '.text'))).toBe(text);
    expect(hex(sectionBytes(elf, '.data'))).toBe(data);
  });

  test.skipIf(!hasGnu)('GNU as gives the same bytes (skipped where it is not installed)', () => {
    for (const [title, [source, text, data = '']] of Object.entries(accepted)) {
      const [theirText = '', theirData = ''] = gnuSections(source, ['.text', '.data']).map(hex);
      expect({ title, text: cut(theirText, text), data: cut(theirData, data) }).toEqual({
        title,
        text,
        data,
      });
    }
  });
});
