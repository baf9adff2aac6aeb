/** What a device that moves data by itself (DMA) sees of memory: physical addresses, checked at every access. */
export interface DmaMemory {
  /** The bytes there, to be read only; undefined if some of them are not there. */
  readable(address: number, length: number): Uint8Array | undefined;
  /** Writes bytes into memory, telling whoever watches it; false, and nothing written, if it is not there. */
  fill(address: number, bytes: Uint8Array): boolean;
}
