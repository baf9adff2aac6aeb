/**
 * Where a machine's registers and memory live: one buffer, laid out so that compiled
 * code can reach both.
 *
 *     0            general registers x0 to x31, one word each
 *     128          system registers, one word each
 *     memoryAt     guest memory, physical address 0
 */

export const PAGE = 4096;

/** Smallest and largest physical memory, in bytes; in between, whole pages. */
export const MEMORY = { min: PAGE, max: 2 ** 30 } as const;

export interface Storage {
  readonly buffer: ArrayBuffer;
  /** Offset in `buffer` of physical address 0. */
  readonly memoryAt: number;
}

/** Bytes at the start of the buffer for registers: a whole page keeps guest memory aligned. */
const registersSize = PAGE;

/** Offset of the system registers, after the 32 general ones. */
export const systemRegistersAt = 128;

/** Storage in ordinary, zeroed memory for `size` bytes of guest memory. */
export function plainStorage(size: number): Storage {
  return { buffer: new ArrayBuffer(registersSize + size), memoryAt: registersSize };
}
