/**
 * Address translation with paging on: the walk through two levels of page tables.
 * The machine checks LIMIT and R before it calls this.
 *
 * Bits of an entry: 0 V, 1 R, 2 W, 3 X, 4 U, 5 A, 6 D, 7–9 free, 31–12 frame. An entry of
 * the first level with V points to a table, and its R W X must be 0.
 */
import { CAUSE } from '../table/traps.ts';
import type { Memory } from './memory.ts';
import { PAGE } from './storage.ts';

/** The bits of a page-table entry. */
export const PTE = { V: 1, R: 2, W: 4, X: 8, U: 16, A: 32, D: 64, RIGHTS: 30, FRAME: ~0xfff } as const;

/** The three kinds of access. They are indexes into the tables below. */
export const FETCH = 0;
export const LOAD = 1;
export const STORE = 2;
export type Access = typeof FETCH | typeof LOAD | typeof STORE;

/** The causes of access faults and page faults, by kind of access. */
export const accessFault = [CAUSE.FETCH_ACCESS, CAUSE.LOAD_ACCESS, CAUSE.STORE_ACCESS] as const;
export const pageFault = [CAUSE.FETCH_PAGE, CAUSE.LOAD_PAGE, CAUSE.STORE_PAGE] as const;

/** The right that each kind of access needs, and the bits that it sets. */
export const neededRight = [PTE.X, PTE.R, PTE.W] as const;
export const setBits = [PTE.A, PTE.A, PTE.A | PTE.D] as const;

/** Results of `findLeaf` that are not addresses. */
const UNMAPPED = -1;
export const OUTSIDE = -2;

/**
 * Physical address of the second-level entry for `va` (unsigned) in the page tables of
 * `ptbr`; UNMAPPED if the first-level entry does not point to a table, OUTSIDE if a table is
 * not in memory.
 */
export function findLeaf(memory: Int32Array, ptbr: number, va: number): number {
  const root = ((ptbr & PTE.FRAME) >>> 0) + (va >>> 22) * 4;
  const pointer = memory[root >>> 2];
  if (pointer === undefined) return OUTSIDE;
  if ((pointer & (PTE.V | PTE.R | PTE.W | PTE.X)) !== PTE.V) return UNMAPPED;
  const leaf = ((pointer & PTE.FRAME) >>> 0) + ((va >>> 12) & 1023) * 4;
  return leaf >>> 2 < memory.length ? leaf : OUTSIDE;
}

/** Whether the whole page that `entry` points to is in memory. */
export function frameInMemory(entry: number, memory: Pick<Memory, 'has'>): boolean {
  return memory.has((entry & PTE.FRAME) >>> 0, PAGE);
}
