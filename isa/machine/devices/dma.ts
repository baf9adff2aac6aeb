/** Memory for devices that move data themselves (DMA): physical addresses, checked at every access. */
export interface DmaMemory {
  /** The bytes at `address`, to be read only; undefined if they are not all in memory. */
  readable(address: number, length: number): Uint8Array | undefined;
  /** Writes bytes and calls the watchers. Returns false, and writes nothing, if they do not all fit in memory. */
  put(address: number, bytes: Uint8Array): boolean;
}
