/**
 * The memory that compiled code sees: storage.ts with slots, the jump cache, and the
 * flat tables between the registers and guest memory.
 *
 *     512          slots, one word each (SLOT)
 *     8 KiB        jump cache: 2048 entries of pc | ring, function-table index, state of translation, nothing
 *     64 KiB       one byte a page of the 4 GiB: who watches it; all ones past memory
 *     2 MiB        flat tables: 4 classes × load, store × 2^20 entries of one word
 *     34 MiB       guest memory
 *
 * Untouched parts take no memory: the system commits pages as they are written.
 */
import { WATCH } from '../../machine/memory.ts';
import { PAGE, type Storage } from '../../machine/storage.ts';
import { wasm } from './webassembly.ts';

/** Words by which compiled code and the engine talk. */
export const SLOT = {
  /** Out: where to go on. */
  PC: 512,
  /** In: bounds and base of R while paging is off. */
  NAMED_BOUND: 516,
  PLAIN_BOUND: 520,
  BASE: 524,
  /** Out: an access that missed: its address, and what it was (MISS), or 0. */
  MISS_ADDRESS: 528,
  MISS: 532,
  /** Out: pc of an indirect jump whose target was not foreseen, plus 1; or 0. */
  SITE: 536,
  /** Bytes of guest memory for which the watch bytes past it are set. */
  MARKED: 540,
  /** Fuel, while the interpreter executes an instruction for a region. */
  FUEL: 544,
  /** In: the ring, which regions that are gone on in must be for. */
  RING: 548,
  /** In: the state of translation likewise, and its salt. */
  STAMP: 552,
  SALT: 556,
} as const;

/** What a region does after an instruction that the interpreter executed for it: goes on, ends, or goes on by the jump cache. */
export const AFTER = { ON: 0, END: 1, HOP: 2 } as const;

const jumpBytes = 16;
export const jumpCache = { at: 0x2000, entries: 2048, mask: 2047 * jumpBytes } as const;

/** What sets entries of one state of translation apart from those of others for the same pc: an entry is at 4 pc + salt, masked. */
export function jumpSalt(stamp: number): number {
  return (stamp * 97 * jumpBytes) & jumpCache.mask;
}

const watchedAt = 0x10000;
const tablesAt = 0x200000;
const tableBytes = 4 * 2 ** 20;

/** Who accesses: rings 0 to 2 or 3, subject to LIMIT or not. */
const tableClasses = 4;

/** Offset of the flat table for a class (0 to 3), loads or stores. */
export function flatTable(tableClass: number, store: boolean): number {
  return tablesAt + (tableClass * 2 + (store ? 1 : 0)) * tableBytes;
}

/**
 * The class whose table an access uses: ring 0 and LIMIT-exempt accesses of rings 1 and
 * 2 are 0, named ones there 1; ring 3's are 2 and 3.
 */
export function tableClass(ring: number, named: boolean): number {
  if (ring === 0) return 0;
  return (ring === 3 ? 2 : 0) + (named ? 1 : 0);
}

/**
 * A flat table's entry is host address minus guest address minus this: odd, so that no
 * entry is 0, and more than any negative offset, so that an access adds entry, register
 * and a static offset that is never negative.
 */
export const entryBias = 4095;

const memoryAt = tablesAt + tableClasses * 2 * tableBytes;
export const guestMemoryAt = memoryAt;
export const watchedFlagsAt = watchedAt;

const wasmPage = 65536;
const allPages = 2 ** 20;

/**
 * Sets the watch bytes past a guest memory of `size` bytes, so that one look tells a store
 * both whether anybody watches the page and whether there is one.
 */
export function markEnd(buffer: ArrayBuffer, size: number): void {
  const pages = size / PAGE;
  const flags = new Uint8Array(buffer, watchedAt, allPages);
  const marked = new Int32Array(buffer, SLOT.MARKED, 1);
  if (marked[0] !== size) flags.fill(255, pages);
  marked[0] = size;
  flags[pages - 1] = (flags[pages - 1] as number) | WATCH.NEXT;
}

/** Storage that compiled code can run on, for `size` bytes of guest memory. */
export function wasmStorage(size: number): Storage {
  const pages = Math.ceil((memoryAt + Math.max(size, PAGE)) / wasmPage);
  const memory = new wasm.Memory({ initial: pages, maximum: pages });
  return { buffer: memory.buffer, watchedAt, memoryAt, wasm: memory };
}
