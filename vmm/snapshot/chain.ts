/**
 * A chain: a snapshot together with its parents. The first snapshot of the chain contains everything.
 * The machine's memory and disk consist of the newest version of each block in the chain.
 */
import type { Memory } from '../../isa/machine/memory.ts';
import { BLOCK, type BlockContents, isZero, type Table, ZERO } from './blocks.ts';
import type { Files } from './files.ts';
import { putPage } from './guest.ts';
import { loadBlocks, type Opened, readBlocks } from './read.ts';

/** The snapshots from the first one to the one that is to be restored. */
export type Chain = readonly [Opened, ...Opened[]];

export function last(chain: Chain): Opened {
  return chain.at(-1) as Opened;
}

/** Where the newest version of each page is, by page number. */
export interface NewestBlocks {
  /** The index in the chain of the snapshot that contains it; -1 = none, so the page is zeros. */
  readonly layer: Int32Array;
  /** The place of the stored block in that snapshot, from 1 on; 0 = zeros. */
  readonly block: Uint32Array;
}

/**
 * Writes the chain's memory to a machine's memory. Throws SnapshotError if a block is damaged;
 * the machine's memory must not be used then.
 */
export function restoreMemory(files: Files, chain: Chain, memory: Memory): void {
  const places = newest(chain, memory.size / BLOCK);
  for (let page = 0; page * BLOCK < memory.size; page++) {
    if (places.block[page] === 0 && !isZero(memory.bytes.subarray(page * BLOCK, (page + 1) * BLOCK)))
      putPage(memory, page, ZERO);
  }
  for (const [n, opened] of chain.entries()) {
    const users = usersOf(opened, (page) => places.layer[page] === n);
    readBlocks(files, opened, {
      into: (place, count) => together(users, memory, place, count),
      take: (place, block) => {
        for (let at = users.from[place] as number; at < (users.from[place + 1] as number); at++)
          putPage(memory, users.pages[at] as number, block);
      },
    });
  }
}

/**
 * The bytes in memory to which blocks `place` to `place + count - 1` belong, if each belongs to one page, and these
 * pages follow each other and are not watched.
 */
function together(
  { from, pages }: Users,
  memory: Memory,
  place: number,
  count: number,
): Uint8Array | undefined {
  const at = from[place] as number;
  const first = pages[at] as number;
  for (let n = 0; n < count; n++) {
    if (from[place + n + 1] !== at + n + 1 || pages[at + n] !== first + n) return undefined;
    if (memory.watched[first + n] !== 0) return undefined;
  }
  return memory.bytes.subarray(first * BLOCK, (first + count) * BLOCK);
}

/** Finds where the newest version of each page is. */
export function newest(chain: Chain, pages: number): NewestBlocks {
  const layer = new Int32Array(pages).fill(-1);
  const block = new Uint32Array(pages);
  for (const [n, { memory }] of chain.entries()) {
    for (let at = 0; at < memory.length; at += 2) {
      layer[memory[at] as number] = n;
      block[memory[at] as number] = memory[at + 1] as number;
    }
  }
  return { layer, block };
}

/** The pages of each stored block: those of block n are `pages` from `from[n]` to `from[n + 1]`. */
interface Users {
  readonly from: Uint32Array;
  readonly pages: Uint32Array;
}

/** The pages of each block of a snapshot; only pages for which `wanted` returns true. */
function usersOf({ memory, description }: Opened, wanted: (page: number) => boolean): Users {
  const from = new Uint32Array(description.blocks.count + 2);
  const eachUser = (act: (page: number, place: number) => void) => {
    for (let at = 0; at < memory.length; at += 2) {
      const [page, place] = [memory[at] as number, memory[at + 1] as number];
      if (place !== 0 && wanted(page)) act(page, place);
    }
  };
  eachUser((_, place) => {
    from[place + 1] = (from[place + 1] as number) + 1;
  });
  for (let n = 1; n < from.length; n++) from[n] = (from[n] as number) + (from[n - 1] as number);
  const next = from.slice();
  const pages = new Uint32Array(from.at(-1) as number);
  eachUser((page, place) => {
    pages[next[place] as number] = page;
    next[place] = (next[place] as number) + 1;
  });
  return { from, pages };
}

/** Loads memory and disk of the whole chain: all blocks that are not zeros. Throws SnapshotError. */
export function loadChain(
  files: Files,
  chain: Chain,
): { readonly memory: BlockContents; readonly disk: BlockContents } {
  return overlay(chain.map((opened) => loadBlocks(files, opened)));
}

/** Loads only the disk. Throws SnapshotError. */
export function loadDisk(files: Files, chain: Chain): BlockContents {
  const used = chain.filter(({ disk }) => disk.length > 0);
  return overlay(used.map((opened) => loadBlocks(files, opened))).disk;
}

function overlay(layers: readonly { readonly memory: BlockContents; readonly disk: BlockContents }[]) {
  const join = (parts: readonly BlockContents[]) => withoutZeros(new Map(parts.flatMap((part) => [...part])));
  return {
    memory: join(layers.map(({ memory }) => memory)),
    disk: join(layers.map(({ disk }) => disk)),
  };
}

/** The blocks that are not zeros. */
export function withoutZeros(blocks: BlockContents): BlockContents {
  return new Map([...blocks].filter(([, block]) => block !== ZERO));
}

/** How many blocks a table has. */
export function countOf(table: Table): number {
  return table.length / 2;
}
