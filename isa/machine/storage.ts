/**
 * The buffer that holds the registers and the memory of a machine, laid out so that compiled
 * code can reach all of it.
 *
 *     0            general registers x0 to x31, one word each
 *     128          system registers by number, one word each
 *     512          slots of the fast engine (engines/fast/layout.ts)
 *     watchedAt    one byte for each page of guest memory: why it is watched (memory.ts)
 *     memoryAt     guest memory, physical address 0
 */

export const PAGE = 4096;

/** Where the system registers are. */
export const systemAt = 128;

/** Smallest and largest size of physical memory, in bytes. The size is a multiple of a page. */
export const MEMORY = { min: PAGE, max: 2 ** 30 } as const;

/** Bytes of a machine's memory where nothing else is said. */
export const defaultMemory = 2 ** 24;

/** Used by one machine at a time. A new machine on it starts with its system registers as after reset. */
export interface Storage {
  /** Contains everything, at the offsets above. */
  readonly buffer: ArrayBuffer;
  /** Offset of the watch bytes, in bytes. */
  readonly watchedAt: number;
  /** Offset of guest memory, in bytes; a multiple of a page. */
  readonly memoryAt: number;
  /** The WebAssembly memory that the buffer belongs to; the fast engine needs it. */
  readonly wasm?: object;
}

/** Storage in ordinary memory, all zero, for `size` bytes of guest memory. Only the interpreter can use it. */
export function plainStorage(size: number): Storage {
  const watched = Math.ceil(size / PAGE / PAGE) * PAGE;
  const memoryAt = PAGE + watched;
  return { buffer: new ArrayBuffer(memoryAt + size), watchedAt: PAGE, memoryAt };
}
