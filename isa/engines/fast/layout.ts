/**
 * The layout of the memory that compiled code sees: registers as in storage.ts, then slots, the watch
 * bytes, the jump cache, counters and the flat tables, and then guest memory.
 *
 *     offset       contents
 *     512          slots, one word each (SLOT)
 *     1 KiB        the ring of samples: 256 entries of 2 words, the site and the target of an indirect jump
 *     64 KiB       watch bytes: one for each page of the 4 GiB (WATCH); all ones past the end of memory
 *     1088 KiB     jump cache: 16,384 entries of 4 words: pc | ring, function-table index, state of translation,
 *                  number of the block in its batch or 0 for a region
 *     1344 KiB     one word for each block in a batch, its counter, and for each access in one, its last address
 *     2 MiB        flat tables: 4 classes × load, store × 2^20 entries of one word
 *     34 MiB       guest memory
 *
 * Parts that are never written take no memory: the operating system commits pages on the first write.
 */
import { WATCH } from '../../machine/memory.ts';
import { PAGE, type Storage } from '../../machine/storage.ts';
import { wasm } from './webassembly.ts';

/**
 * Offsets of the words through which the engine and compiled code pass values. "In" = the engine writes, "out" =
 * compiled code writes.
 */
export const SLOT = {
  /** Out: the next pc. */
  PC: 512,
  /** In: the bounds and the base for accesses while paging is off. */
  NAMED_BOUND: 516,
  PLAIN_BOUND: 520,
  BASE: 524,
  /** Out: the address of an access that missed. */
  MISS_ADDRESS: 528,
  /** Out: why an access failed (MISS in access.ts); 0 = none failed. */
  MISS: 532,
  /** Out: why a region could not go on elsewhere: HOP in body.ts, or the pc of an indirect jump plus its kind (SITE); 0 = neither. */
  SITE: 536,
  /** The size of guest memory for which markEnd has set the watch bytes. */
  MARKED: 540,
  /** The region's fuel, while the interpreter executes an instruction for it. */
  FUEL: 544,
  /** In: the ring. The jump cache must have an entry for this ring. */
  RING: 548,
  /** In: the state of translation, for the same check, and its salt. */
  STAMP: 552,
  SALT: 556,
  /** Counts indirect jumps that compiled code did not expect; jumps.ts samples them. */
  SAMPLE: 560,
  /** 1 while the flat tables have entries: the last slot, since it tells the next engine whether it must clear them. */
  ENTRIES: 564,
} as const;

/**
 * Kinds of indirect jumps, in the two lowest bits of a site. MISSED: a region did not expect the target, and the jump
 * cache did not have it. SAMPLED: a region did not expect it; one of many such jumps. FIRST: one of many in the first tier.
 */
export const SITE = { MISSED: 1, SAMPLED: 2, FIRST: 3 } as const;

/**
 * What a region does after the interpreter has executed an instruction for it. ON: goes on. END: returns to the
 * engine. HOP: continues in another region through the jump cache.
 */
export const AFTER = { ON: 0, END: 1, HOP: 2 } as const;

/** The ring of samples: its address in bytes, and its entries, a power of two. */
export const samples = { at: 0x400, entries: 256 } as const;

const jumpBytes = 16;
export const jumpCache = { at: 0x110000, entries: 16384, mask: 16383 * jumpBytes } as const;

/** Words that the first tier writes: the address of the first one in bytes, and how many there are. */
export const counters = { at: 0x150000, count: 0x2c000 } as const;

/**
 * The salt of a state of translation. A pc's entry is at (4 pc + salt) & mask, so that the same pc has another entry
 * in another state.
 */
export function jumpSalt(stamp: number): number {
  return (stamp * 97 * jumpBytes) & jumpCache.mask;
}

const watchedAt = 0x10000;
const tablesAt = 0x200000;
const tableBytes = 4 * 2 ** 20;

/** Classes of accesses: made in rings 0 to 2 or in ring 3, subject to LIMIT or not. */
const tableClasses = 4;

/** Offset of the flat table for a class (0 to 3), loads or stores. */
export function flatTable(tableClass: number, store: boolean): number {
  return tablesAt + (tableClass * 2 + (store ? 1 : 0)) * tableBytes;
}

/** The words of all flat tables. */
export function flatTableWords(buffer: ArrayBuffer): Int32Array {
  return new Int32Array(buffer, tablesAt, (tableClasses * 2 * tableBytes) / 4);
}

/**
 * The class whose table an access uses. An access is `named` if a register other than x0 is its base; LIMIT applies only to
 * these. Class 0: ring 0, and accesses of rings 1 and 2 that are not named. Class 1: named accesses of rings 1 and 2.
 * Classes 2 and 3: ring 3, not named and named.
 */
export function tableClass(ring: number, named: boolean): number {
  if (ring === 0) return 0;
  return (ring === 3 ? 2 : 0) + (named ? 1 : 0);
}

/**
 * A flat table's entry is host address - guest address - entryBias. The bias is odd, so that no entry is 0. It is larger
 * than any negative immediate, so that the static offset of an access, immediate + bias, is never negative.
 */
export const entryBias = 4095;

const memoryAt = tablesAt + tableClasses * 2 * tableBytes;
export const guestMemoryAt = memoryAt;
export const watchedFlagsAt = watchedAt;

const wasmPage = 65536;
const allPages = 2 ** 20;

/**
 * Sets the watch bytes past the end of a guest memory of `size` bytes. Then a store needs only one look to find out
 * whether the page is watched or does not exist.
 */
export function markEnd(buffer: ArrayBuffer, size: number): void {
  const pages = size / PAGE;
  const flags = new Uint8Array(buffer, watchedAt, allPages);
  const marked = new Int32Array(buffer, SLOT.MARKED, 1);
  if (marked[0] !== size) flags.fill(255, pages);
  marked[0] = size;
  flags[pages - 1] = (flags[pages - 1] as number) | WATCH.NEXT;
}

/** Makes storage that compiled code can use, for `size` bytes of guest memory. */
export function wasmStorage(size: number): Storage {
  const pages = Math.ceil((memoryAt + Math.max(size, PAGE)) / wasmPage);
  const memory = new wasm.Memory({ initial: pages, maximum: pages });
  return { buffer: memory.buffer, watchedAt, memoryAt, wasm: memory };
}
