/**
 * A thin disk: the blocks that were written, over a disk below that it never writes to. It
 * takes memory only for the written blocks, and a snapshot stores only those.
 */
import { type DiskStore, SECTOR } from '../../isa/machine/devices/disk.ts';
import { BLOCK, type BlockContents, isZero, ZERO } from './blocks.ts';

const sectorsPerBlock = BLOCK / SECTOR;

export class ThinDisk implements DiskStore {
  readonly sectors: number;
  readonly #below: (block: number) => Uint8Array;
  /** Blocks written before the last `keep`. */
  readonly #kept = new Map<number, Uint8Array>();
  /** Blocks written since. */
  readonly #written = new Map<number, Uint8Array>();

  /** `below` returns a block of the disk below; zeros if that has none. */
  constructor(sectors: number, below: (block: number) => Uint8Array) {
    this.sectors = sectors;
    this.#below = below;
  }

  /** A thin disk over another disk. */
  static over(disk: DiskStore): ThinDisk {
    return new ThinDisk(disk.sectors, (block) => {
      const bytes = new Uint8Array(BLOCK);
      const first = block * sectorsPerBlock;
      for (let n = 0; n < sectorsPerBlock && first + n < disk.sectors; n++)
        disk.read(first + n, bytes.subarray(n * SECTOR, (n + 1) * SECTOR));
      return bytes;
    });
  }

  /** A thin disk over the blocks of a snapshot. */
  static overBlocks(sectors: number, blocks: BlockContents): ThinDisk {
    return new ThinDisk(sectors, (block) => blocks.get(block) ?? ZERO);
  }

  /** The blocks written since the last `keep`, or since the disk was made, with their current contents. */
  get written(): BlockContents {
    return this.#written;
  }

  /** Empties `written`, because a snapshot has stored these blocks. The disk still contains them. */
  keep(): void {
    for (const [number, block] of this.#written) this.#kept.set(number, block);
    this.#written.clear();
  }

  /** All blocks that are not zeros, including those of the disk below. */
  all(): BlockContents {
    const blocks = new Map<number, Uint8Array>();
    for (let block = 0; block * sectorsPerBlock < this.sectors; block++) {
      const bytes = this.#block(block);
      if (!isZero(bytes)) blocks.set(block, bytes);
    }
    return blocks;
  }

  read(n: number, into: Uint8Array): void {
    into.set(sectorOf(this.#block(Math.floor(n / sectorsPerBlock)), n));
  }

  write(n: number, from: Uint8Array): void {
    const number = Math.floor(n / sectorsPerBlock);
    let block = this.#written.get(number);
    if (block === undefined) {
      block = this.#block(number).slice();
      this.#written.set(number, block);
    }
    sectorOf(block, n).set(from);
  }

  #block(number: number): Uint8Array {
    return this.#written.get(number) ?? this.#kept.get(number) ?? this.#below(number);
  }
}

function sectorOf(block: Uint8Array, n: number): Uint8Array {
  const at = (n % sectorsPerBlock) * SECTOR;
  return block.subarray(at, at + SECTOR);
}
