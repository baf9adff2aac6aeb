/**
 * Where a machine's registers and memory live: one buffer, laid out so that compiled
 * code can reach all of it.
 *
 *     0            general registers x0 to x31, one word each
 *     128          system registers by number, one word each
 *     512          slots of the fast engine (engines/fast/layout.ts)
 *     watchedAt    one byte a page of guest memory: who watches it (memory.ts)
 *     memoryAt     guest memory, physical address 0
 */

export const PAGE = 4096;

/** Where the system registers are. */
export const systemAt = 128;

/** Smallest and largest physical memory, in bytes; in between, whole pages. */
export const MEMORY = { min: PAGE, max: 2 ** 30 } as const;

/** Bytes of a machine's memory where nothing else is said. */
export const defaultMemory = 2 ** 24;

/** One machine's at a time: a new one on it begins with its system registers as after a reset. */
export interface Storage {
  readonly buffer: ArrayBuffer;
  readonly watchedAt: number;
  readonly memoryAt: number;
  /** The WebAssembly memory that the buffer is, if the fast engine is to run on it. */
  readonly wasm?: object;
}

/** Storage in ordinary, zeroed memory for `size` bytes of guest memory: for the interpreter alone. */
export function plainStorage(size: number): Storage {
  const watched = Math.ceil(size / PAGE / PAGE) * PAGE;
  const memoryAt = PAGE + watched;
  return { buffer: new ArrayBuffer(memoryAt + size), watchedAt: PAGE, memoryAt };
}
