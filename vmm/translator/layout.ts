/**
 * The monitor's region: the top 4 MiB of every address space that the guest's supervisor
 * code runs in (address-space compression; Adams and Agesen 2006, section 3.2).
 *
 *     REGION       translation cache: pages that can be executed, not read or written
 *     0xfffff000   save area in the upper half of the last page: 2 KiB that translated
 *                  code reaches from x0 by a negative offset, without a scratch register
 *
 * LIMIT hides both from the guest: a load or store through a named register stops short
 * of the region, and those through x0 are translated. Ring 3 has no right to the pages.
 */

/** Largest cache: every unit reaches every other by one `jal`. */
export const MOST_CACHE = 2 ** 20;

const saveArea = -2048;

/**
 * The virtual CPU's save area, as offsets from x0.
 *
 * FLAGS holds STATUS: only bits IF and UF of it mean something. TP is the guest's tp,
 * for translated code uses the register itself to count steps. SPILL0 to 2 keep t0, t1, t2
 * (or another register that a sequence borrows). SAVED counts sensitive instructions run
 * as sequences, if that is asked. SYSTEM + 4n is system register n.
 */
export const SAVE = {
  FLAGS: saveArea,
  TP: saveArea + 4,
  SPILL0: saveArea + 8,
  SPILL1: saveArea + 12,
  SPILL2: saveArea + 16,
  SAVED: saveArea + 20,
  SYSTEM: saveArea + 64,
} as const;

/** Byte offset of a slot within its page. */
export function inSavePage(offset: number): number {
  return 4096 + offset;
}
