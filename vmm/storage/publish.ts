/**
 * Writes a disk into a store of objects: the blocks that it does not have, the leaves that changed, and the root. Blocks come
 * before the leaf that names them, and leaves before the root, so whatever is there can be read.
 *
 * What is written is nobody's until a record somewhere names the root. A sweep (sweep.ts) may run meanwhile:
 *
 *     1. read the sweep's number
 *     2. publish
 *     3. write the record, on condition that the sweep's number is as it was read; if it is not, begin anew
 *
 * These functions are generators, which yield between the calls on files: whoever has other things to do goes on with them
 * later. `finish` runs one to its end.
 */
import { isZero } from '../snapshot/blocks.ts';
import type { BlockStore } from './block-store.ts';
import type { ObjectKind, ObjectName } from './objects.ts';
import { type DiskRoot, emptyRoot, encodeRoot, LEAF_BLOCKS, References } from './tree.ts';

/** How many objects were written, and how many were there already. */
export interface Counts {
  readonly blocks: number;
  readonly leaves: number;
  readonly roots: number;
  readonly reused: number;
}

export interface Published extends Counts {
  readonly root: ObjectName;
}

/** Runs to the end, and returns what it returns. */
export function finish<T>(work: Generator<unknown, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

/** Puts objects into a store, and counts them. */
class Putter {
  readonly #store: BlockStore;
  readonly #written: Record<ObjectKind, number> = { block: 0, leaf: 0, root: 0 };
  #reused = 0;

  constructor(store: BlockStore) {
    this.#store = store;
  }

  get counts(): Counts {
    const { block, leaf, root } = this.#written;
    return { blocks: block, leaves: leaf, roots: root, reused: this.#reused };
  }

  /** Stores the bytes, if they are not there; returns their name. */
  *put(kind: ObjectKind, bytes: Uint8Array): Generator<void, ObjectName> {
    const { objects } = this.#store;
    const name = this.#store.nameOf(bytes);
    yield;
    if (objects.touch(kind, name)) this.#reused += 1;
    else {
      yield;
      objects.write(kind, name, bytes);
      this.#written[kind] += 1;
    }
    return name;
  }
}

/**
 * Publishes the disk that is `base` with `changes`: blocks with their numbers, ascending. `base` must be named by a
 * record until the new root is: what is the same as there is not touched.
 */
export function* publish(
  store: BlockStore,
  base: DiskRoot,
  changes: Iterable<readonly [number, Uint8Array]>,
): Generator<void, Published> {
  const putter = new Putter(store);
  const leaves = new References(base.leaves.bytes.slice());
  let at = -1;
  let leaf: References | undefined;
  const close = function* (): Generator<void> {
    if (leaf !== undefined) leaves.set(at, leaf.isZero ? null : yield* putter.put('leaf', leaf.bytes));
  };
  for (const [number, block] of changes) {
    const n = Math.floor(number / LEAF_BLOCKS);
    if (n !== at) {
      yield* close();
      at = n;
      leaf = store.leafToChange(base, n);
    }
    leaf?.set(number % LEAF_BLOCKS, isZero(block) ? null : yield* putter.put('block', block));
  }
  yield* close();
  const root = yield* putter.put('root', encodeRoot({ sectors: base.sectors, leaves }));
  store.objects.sync();
  return { root, ...putter.counts };
}

/** Publishes a disk from its blocks, all of them or all that are not zeros. */
export function publishNew(
  store: BlockStore,
  sectors: number,
  blocks: Iterable<readonly [number, Uint8Array]>,
): Generator<void, Published> {
  return publish(store, emptyRoot(sectors), blocks);
}

/**
 * Copies a disk from one store to another. `known`: a disk that the other store has, and that is named by a record there;
 * leaves that are the same as its are not looked at, so the work grows with the difference. Throws StorageError when something
 * of the disk is missing or damaged.
 */
export function* copyDisk(
  from: BlockStore,
  to: BlockStore,
  root: ObjectName,
  known?: DiskRoot,
): Generator<void, Published> {
  const disk = from.root(root);
  const putter = new Putter(to);
  for (let n = 0; n < disk.leaves.count; n++) {
    if (known !== undefined && disk.leaves.isSame(n, known.leaves)) continue;
    yield* copyLeaf(from, disk, n, known === undefined ? undefined : to.leaf(known, n), putter);
  }
  yield* putter.put('root', encodeRoot(disk));
  to.objects.sync();
  return { root, ...putter.counts };
}

function* copyLeaf(
  from: BlockStore,
  disk: DiskRoot,
  n: number,
  known: References | undefined,
  putter: Putter,
): Generator<void> {
  const leaf = from.leaf(disk, n);
  if (leaf === undefined) return;
  for (let block = 0; block < LEAF_BLOCKS; block++) {
    const name = leaf.get(block);
    if (name !== null && !(known !== undefined && leaf.isSame(block, known)))
      yield* putter.put('block', from.block(name));
  }
  yield* putter.put('leaf', leaf.bytes);
}
