/** Statements beside GNU `as` and `ld`: fixtures/probes.txt has what they give, byte for byte. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { build, gnuSections, hasGnu, sectionBytes } from './kit.ts';

interface Probe {
  readonly source: string;
  readonly sections: ReadonlyMap<string, string>;
}

/** A line has the statements, `␤` between them, then `⇒` and each section with its bytes. */
function probe(line: string): Probe {
  const [source = '', result = ''] = line.split(' ⇒ ');
  const sections = result.matchAll(/(\.\w+) ([0-9a-f]+)/g);
  return {
    source: `${source.replaceAll(' ␤ ', '\n')}\n`,
    sections: new Map(Array.from(sections, ([, name = '', bytes = '']) => [name, bytes])),
  };
}

const file = new URL('fixtures/probes.txt', import.meta.url);
const probes = readFileSync(file, 'utf8').trim().split('\n').map(probe);

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

/** GNU's tools take two processes a probe: each run compares one in so many. All were, when they were recorded. */
const STRIDE = 9;

describe('statements that GNU as accepts', () => {
  test('give the bytes that it gives', () => {
    expect(probes.length).toBeGreaterThan(400);
    for (const { source, sections } of probes) {
      const { elf } = build(source);
      const ours = new Map([...sections.keys()].map((name) => [name, hex(sectionBytes(elf, name))]));
      expect({ source, sections: ours }).toEqual({ source, sections });
    }
  });

  test.skipIf(!hasGnu)('are recorded as it gives them (skipped where it is not installed)', () => {
    for (const { source, sections } of probes.filter((_, n) => n % STRIDE === 0)) {
      const names = [...sections.keys()];
      const theirs = gnuSections(source, names).map(hex);
      names.forEach((name, n) => {
        const recorded = sections.get(name) as string;
        const padding = theirs[n]?.slice(recorded.length) ?? '';
        // GNU fills code up to a multiple of 4, or of its alignment.
        const cut = /^(?:00){0,15}$/.test(padding) ? theirs[n]?.slice(0, recorded.length) : theirs[n];
        expect({ source, name, bytes: cut }).toEqual({ source, name, bytes: recorded });
      });
    }
  });
});
