/**
 * The monitor's region: the top 4 MiB of every address space in which the guest's supervisor
 * code runs (address-space compression; Adams and Agesen 2006, section 3.2).
 *
 *     REGION       translation cache: pages that can be executed, but not read or written
 *     0xfffff000   page with the save area in its upper half: 2 KiB that translated
 *                  code reaches with x0 and a negative offset, without a scratch register
 *
 * LIMIT hides both from the guest. A load or store whose base is another register than x0 faults
 * in the region. Those with base x0 are translated. Ring 3 has no access to the pages.
 */

/** Bytes of the largest cache. In it, each unit can reach each other one with a single `jal`. */
export const MOST_CACHE = 2 ** 20;

const saveArea = -2048;

/**
 * The virtual CPU's save area, as offsets from x0.
 *
 * FLAGS is STATUS, of which only the bits IF and UF have a meaning. TP is the guest's tp,
 * because translated code uses the register itself to count steps. SPILL0 to SPILL2 store t0, t1, t2
 * (or another register that a sequence borrows). SAVED counts the sensitive instructions that ran
 * as sequences, if that is requested. SYSTEM + 4n is system register n.
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
