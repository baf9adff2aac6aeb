/**
 * Contents in blocks of 4 KiB: pages of memory and equal pieces of disks. A block is
 * stored once however often it occurs, and one of zeros not at all.
 */
import { sameBytes } from '../../isa/machine/bytes.ts';
import { PAGE } from '../../isa/machine/storage.ts';

export const BLOCK = PAGE;

/** The block of zeros: always this very array. */
export const ZERO: Uint8Array = new Uint8Array(BLOCK);

/** Blocks by their number in memory or on disk. Nobody writes into them. */
export type BlockContents = ReadonlyMap<number, Uint8Array>;

export function isZero(block: Uint8Array): boolean {
  return block === ZERO || sameBytes(block, ZERO);
}

/** Where blocks are: pairs of a block's number and its place among the stored ones plus 1, or 0 for zeros. */
export type Table = Uint32Array;

/** Collects blocks, and finds those that it has already by content. */
export class BlockList {
  readonly blocks: Uint8Array[] = [];
  /** The first block with a check sum, plus 1; of others with the same sum no notice is taken. */
  readonly #bySum = new Map<number, number>();
  readonly #sum: (block: Uint8Array) => number;

  /** `sum`: a check sum; the more blocks have one of their own, the fewer are stored twice. */
  constructor(sum: (block: Uint8Array) => number) {
    this.#sum = sum;
  }

  /** The table of `blocks`, whose numbers ascend; the blocks are added. */
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

/** The same blocks, by ascending number. */
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
