/**
 * Address translation with paging on: the walk through two levels of page tables.
 * The machine (machine.ts) checks LIMIT and R before it comes here.
 *
 * An entry: bit 0 V, 1 R, 2 W, 3 X, 4 U, 5 A, 6 D, 7–9 free, 31–12 frame. In the first
 * level an entry with V points to a table and must have R W X = 0.
 */
import { CAUSE } from '../table/traps.ts';
import { PAGE } from './storage.ts';

export const PTE = { V: 1, R: 2, W: 4, X: 8, U: 16, A: 32, D: 64, RIGHTS: 30, FRAME: ~0xfff } as const;

/** The three kinds of access, as an index into the tables below. */
export const FETCH = 0;
export const LOAD = 1;
export const STORE = 2;
export type Access = typeof FETCH | typeof LOAD | typeof STORE;

/** Cause of an access fault and of a page fault, by kind of access. */
export const accessFault = [CAUSE.FETCH_ACCESS, CAUSE.LOAD_ACCESS, CAUSE.STORE_ACCESS] as const;
export const pageFault = [CAUSE.FETCH_PAGE, CAUSE.LOAD_PAGE, CAUSE.STORE_PAGE] as const;

/** The right an access needs, and the bits that it sets. */
export const neededRight = [PTE.X, PTE.R, PTE.W] as const;
export const setBits = [PTE.A, PTE.A, PTE.A | PTE.D] as const;

/** Results of `findLeaf` that are no address. */
const UNMAPPED = -1;
export const OUTSIDE = -2;

/**
 * Physical address of the last-level entry for `va` (unsigned), under the page tables
 * of `ptbr`; UNMAPPED if a first-level entry says no, OUTSIDE if a table is not in memory.
 */
export function findLeaf(memory: Int32Array, ptbr: number, va: number): number {
  const root = ((ptbr & PTE.FRAME) >>> 0) + (va >>> 22) * 4;
  const pointer = memory[root >>> 2];
  if (pointer === undefined) return OUTSIDE;
  if ((pointer & (PTE.V | PTE.R | PTE.W | PTE.X)) !== PTE.V) return UNMAPPED;
  const leaf = ((pointer & PTE.FRAME) >>> 0) + ((va >>> 12) & 1023) * 4;
  return leaf >>> 2 < memory.length ? leaf : OUTSIDE;
}

/** Whether the page of `entry` lies wholly in a memory of `size` bytes. */
export function frameInMemory(entry: number, size: number): boolean {
  return ((entry & PTE.FRAME) >>> 0) + PAGE <= size;
}
