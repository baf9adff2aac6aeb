/**
 * The small world in which instructions are measured: one program's memory, laid out
 * twice so that it can be moved, and page tables that map it in several ways.
 *
 *     0x00000   the program's memory, at its first place (WINDOW bytes)
 *     0x10000   the same bytes again, at its second place
 *     0x20000   page tables: a root and a table for each paged map
 *
 * All numbers are bytes or addresses, unsigned. The maps are in maps.ts.
 */

/** Bytes of the program's memory, from virtual address 0. */
export const WINDOW = 0x10000;
/** Physical address of the second place, and so the difference to addresses at the first place. */
export const SECOND = 0x10000;
/** Physical address of the page tables. */
export const TABLES = 0x20000;
/** Physical memory, in bytes. */
export const MEMORY_SIZE = 0x30000;

/** Virtual address of the instruction measured. */
export const PC = 0x1000;
/** Where jumps and returns go. */
export const HERE = 0x2000;
export const THERE = 0x3000;
/** Trap handlers. */
export const TRAP = 0x4000;
export const TRAP_2 = 0x5000;
/** The page that loads, stores, and instructions like `lra` use. */
export const DATA = 0x8000;

/** The contents of the program's memory. Each byte depends on its address. */
export const contents: Uint8Array = Uint8Array.from(
  { length: WINDOW },
  (_, at) => (at * 37 + (at >>> 8)) & 0xff,
);
