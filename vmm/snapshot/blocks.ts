/**
 * Contents in blocks of 4 KiB: pages of memory, and pieces of a disk of the same size. A block that occurs
 * several times is stored once. A block of zeros is not stored.
 */
import { sameBytes } from '../../isa/machine/bytes.ts';
import { PAGE } from '../../isa/machine/storage.ts';

export const BLOCK = PAGE;

/** The block of zeros. It is always this one array, so it can be compared with `===`. */
export const ZERO: Uint8Array = new Uint8Array(BLOCK);

/** Blocks by their number in memory or on disk. They must not be changed. */
export type BlockContents = ReadonlyMap<number, Uint8Array>;

export function isZero(block: Uint8Array): boolean {
  return block === ZERO || sameBytes(block, ZERO);
}

/** Where blocks are stored: pairs of a block's number and its place among the stored blocks, from 1 on; 0 = zeros. */
export type Table = Uint32Array;

/** Collects blocks, and finds by content a block that it contains already. */
export class BlockList {
  readonly blocks: Uint8Array[] = [];
  /**
   * For each check sum the place of the first block that has it. Later blocks with the same sum and other contents
   * are not found.
   */
  readonly #bySum = new Map<number, number>();
  readonly #sum: (block: Uint8Array) => number;

  /** `sum`: a check sum. If two different blocks have the same sum, the second may be stored more than once. */
  constructor(sum: (block: Uint8Array) => number) {
    this.#sum = sum;
  }

  /** Adds `blocks`, whose numbers must ascend; returns their table. */
  add(blocks: BlockContents): Table {
    const table = new Uint32Array(blocks.size * 2);
    let at = 0;
    for (const [number, block] of blocks) {
      table[at] = number;
      table[at + 1] = isZero(block) ? 0 : this.#place(block);
      at += 2;
    }
    return table;
  }

  #place(block: Uint8Array): number {
    const sum = this.#sum(block);
    const known = this.#bySum.get(sum);
    if (known !== undefined && sameBytes(this.blocks[known - 1] as Uint8Array, block)) return known;
    const place = this.blocks.push(block);
    if (known === undefined) this.#bySum.set(sum, place);
    return place;
  }
}

/** The same blocks, in ascending order of their numbers. */
export function sorted(blocks: BlockContents): BlockContents {
  let before = -1;
  let ascend = true;
  for (const number of blocks.keys()) {
    ascend &&= number > before;
    before = number;
  }
  if (ascend) return blocks;
  return new Map([...blocks].sort(([a], [b]) => a - b));
}
