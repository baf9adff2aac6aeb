/**
 * The small world in which instructions are measured: one program's memory, laid out
 * twice so that it can be moved, and page tables that map it in several ways.
 *
 *     0x00000   the program's memory, its first place (WINDOW bytes)
 *     0x10000   the same bytes again: its second place
 *     0x20000   page tables: a root and a table for each paged map
 *
 * All numbers are bytes or addresses, unsigned. Which maps there are: maps.ts.
 */

/** Bytes of the program's memory, from virtual address 0. */
export const WINDOW = 0x10000;
/** Physical address of the second place: what is added to every address there. */
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
/** The page that loads, stores and questions about addresses go to. */
export const DATA = 0x8000;

/** What the program's memory holds: a byte that tells its address. */
export const contents: Uint8Array = Uint8Array.from(
  { length: WINDOW },
  (_, at) => (at * 37 + (at >>> 8)) & 0xff,
);
