/**
 * The table of indirect targets: code, for LIMIT lets no named register read the monitor's
 * region. A slot compares the target with the one that it knows and jumps to its
 * translation, or asks for it. One table a context, one page, 128 slots of 8 words.
 */
import { CALLOUT } from './encode.ts';
import type { TranslationCache } from './cache.ts';
import type { Context } from './context.ts';
import { type Link, SLOT_STEPS, SLOT_WORDS, SPILLS } from './links.ts';

/** Slots of a table: bits 8 to 2 of the target choose one. */
export const SLOTS = 128;

/** Real steps of a jump that the count at its beginning has from its slot's word `n` on, less the guest's one. */
function uncountedAt(n: number): number {
  return n - SLOT_STEPS;
}

/** Makes the table of a context in a page of its own; returns its address, or undefined when the cache is full. */
export function makeTable(cache: TranslationCache, context: Context): number | undefined {
  const at = cache.takePage();
  if (at === undefined) return undefined;
  const slots: Link[] = [];
  for (let n = 0; n < SLOTS; n++) {
    const site = at + n * SLOT_WORDS * 4;
    const slot: Link = { kind: 'slot', context, target: 0, site, to: undefined };
    slots.push(slot);
    for (let word = 0; word < SLOT_WORDS; word++) {
      // Word 7 is where the comparison in word 2 goes when it fails.
      const uncounted = uncountedAt(word === SLOT_STEPS ? 3 : word);
      const request = { kind: 'target', slot } as const;
      cache.write(site + 4 * word, CALLOUT, { pc: 0, boundary: false, uncounted, spilled: SPILLS, request });
    }
  }
  context.table = { at, slots };
  return at;
}
