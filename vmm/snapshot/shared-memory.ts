/**
 * The pages that guests of one tree began with, which all of them share. A page is in the machine's memory
 * while no guest has changed it. If one guest has changed a page and another one has not, the original is read from
 * the snapshots' files again. So the originals take no extra memory.
 *
 * The files stay open, so that they can be read even if they are deleted. Each page's check sum is stored when
 * all blocks are verified, and compared when a page is read again.
 */
import type { Memory } from '../../isa/machine/memory.ts';
import { BLOCK, ZERO } from './blocks.ts';
import { type Chain, newest, type NewestBlocks, restoreMemory } from './chain.ts';
import { SnapshotError } from './failure.ts';
import type { Files } from './files.ts';
import { BlockReader } from './read.ts';

export class SharedMemory {
  /** Pages that are not zeros. */
  readonly count: number;
  readonly #places: NewestBlocks;
  readonly #sums: Uint32Array;
  readonly #readers: readonly BlockReader[];
  readonly #sum: Files['sum'];

  /** Writes the chain's memory to a machine's memory. Throws SnapshotError. */
  constructor(files: Files, chain: Chain, memory: Memory) {
    this.#sum = (block) => files.sum(block);
    this.#readers = chain.map((opened) => new BlockReader(files, opened));
    try {
      restoreMemory(files, chain, memory);
    } catch (error) {
      this.close();
      throw error;
    }
    this.#places = newest(chain, memory.size / BLOCK);
    this.#sums = this.#places.block.map((place, page) =>
      place === 0 ? 0 : this.#sum(memory.bytes.subarray(page * BLOCK, (page + 1) * BLOCK)),
    );
    this.count = this.#places.block.reduce((sum, place) => sum + Number(place !== 0), 0);
  }

  /** The original contents of a page. Throws SnapshotError if the file was changed since. */
  page(number: number): Uint8Array {
    const place = this.#places.block[number] as number;
    if (place === 0) return ZERO;
    const reader = this.#readers[this.#places.layer[number] as number] as BlockReader;
    const bytes = reader.block(place);
    if (this.#sum(bytes) === this.#sums[number]) return bytes;
    throw new SnapshotError(reader.path, 'it was written to while guests ran on it');
  }

  close(): void {
    for (const reader of this.#readers) reader.close();
  }
}
