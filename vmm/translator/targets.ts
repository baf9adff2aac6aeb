/**
 * The table of indirect targets. It consists of code, because LIMIT prevents loads from the monitor's
 * region. A slot compares the wanted target with its own. If they are equal, it jumps to the target's
 * translation; otherwise it asks the monitor. Each context has one table: one page of 128 slots of 8 words.
 */
import { CALLOUT } from './encode.ts';
import type { TranslationCache } from './cache.ts';
import type { Context } from './context.ts';
import { type Link, SLOT_STEPS, SLOT_WORDS, SPILLS } from './links.ts';

/** Slots of a table: bits 8 to 2 of the target choose one. */
export const SLOTS = 128;

/**
 * Origin.uncounted at word `n` of a slot. The count at the begin of the jump covers the whole slot, so it is at most
 * 0.
 */
function uncountedAt(n: number): number {
  return n - SLOT_STEPS;
}

/** Makes the table of a context in a page of its own; returns its address, or undefined if the cache is full. */
export function makeTable(cache: TranslationCache, context: Context): number | undefined {
  const at = cache.takePage();
  if (at === undefined) return undefined;
  const slots: Link[] = [];
  for (let n = 0; n < SLOTS; n++) {
    const site = at + n * SLOT_WORDS * 4;
    const slot: Link = { kind: 'slot', context, target: 0, site, to: undefined };
    slots.push(slot);
    for (let word = 0; word < SLOT_WORDS; word++) {
      // The comparison in word 2 goes to word 7 when it fails.
      const uncounted = uncountedAt(word === SLOT_STEPS ? 3 : word);
      const request = { kind: 'target', slot } as const;
      cache.write(site + 4 * word, CALLOUT, { pc: 0, boundary: false, uncounted, spilled: SPILLS, request });
    }
  }
  context.table = { at, slots };
  return at;
}
