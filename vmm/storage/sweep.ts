/**
 * Removes objects that no disk needs, while disks are published. Nothing that a record names, or will name, is lost:
 *
 *  - The sweep has a number, which grows before the records are read. A record is written on condition that the number is as
 *    it was before its disk was published (publish.ts). So a record that this sweep has not read is refused, and its disk is
 *    published anew.
 *  - What is published anew is touched, or written. The sweep removes only what was old when it began. It sets an object
 *    aside before it looks at its time, so nobody can touch it between the look and the removal.
 */
import type { BlockStore } from './block-store.ts';
import {
  type Aside,
  type ObjectKind,
  objectKinds,
  type ObjectName,
  type Objects,
  StorageError,
} from './objects.ts';

/** Milliseconds for which an object stays that nobody needs: its disk may be about to be published. Clocks may differ by less. */
export const sweepAge = 3_600_000;

export interface SweepOptions {
  /** The roots of all disks that records, layers and appliances name. It is called once, after the sweep's number has grown. */
  readonly roots: () => Iterable<ObjectName>;
  /** The time at which the sweep's number grew. */
  readonly began: number;
  /** Milliseconds for which an object stays. */
  readonly age?: number;
}

export interface Swept {
  /** Objects that disks need, objects that were removed, and objects that are not needed and too young. */
  readonly needed: number;
  readonly removed: Readonly<Record<ObjectKind, number>>;
  readonly young: number;
}

/** What a disk needs. Throws StorageError when its root or a leaf is missing: nothing may be removed then. */
export function* mark(
  store: BlockStore,
  roots: Iterable<ObjectName>,
): Generator<void, ReadonlyMap<ObjectKind, ReadonlySet<ObjectName>>> {
  const marked = { root: new Set<ObjectName>(), leaf: new Set<ObjectName>(), block: new Set<ObjectName>() };
  for (const name of roots) {
    if (marked.root.has(name)) continue;
    marked.root.add(name);
    const root = store.root(name);
    for (let n = 0; n < root.leaves.count; n++) {
      yield;
      const leaf = root.leaves.get(n);
      if (leaf === null || marked.leaf.has(leaf)) continue;
      marked.leaf.add(leaf);
      const references = store.leaf(root, n);
      for (let at = 0; references !== undefined && at < references.count; at++) {
        const block = references.get(at);
        if (block !== null) marked.block.add(block);
      }
    }
  }
  return new Map(Object.entries(marked) as [ObjectKind, Set<ObjectName>][]);
}

/** Removes what no disk needs. Throws as `mark`. */
export function* sweep(
  store: BlockStore,
  { roots, began, age = sweepAge }: SweepOptions,
): Generator<void, Swept> {
  const { objects } = store;
  const marked = yield* mark(store, roots());
  const isNeeded = ({ kind, name }: Pick<Aside, 'kind' | 'name'>) => marked.get(kind)?.has(name) ?? false;
  const isOld = (time: number | undefined) => time !== undefined && time < began - age;
  const removed = { root: 0, leaf: 0, block: 0 };
  let [needed, young] = [0, 0];
  // Sweeps that were killed have left these.
  for (const aside of objects.asides())
    yield* decide(objects, aside, (time) => !isNeeded(aside) && isOld(time));
  // Roots go before leaves, and leaves before blocks: after a kill, what is there can be read.
  for (const kind of objectKinds)
    for (const name of objects.list(kind)) {
      yield;
      if (isNeeded({ kind, name })) needed += 1;
      else if (yield* remove(objects, kind, name, isOld)) removed[kind] += 1;
      else young += 1;
    }
  objects.sync();
  return { needed, removed, young };
}

/** Removes an object if it is old; returns whether it was. */
function* remove(
  objects: Objects,
  kind: ObjectKind,
  name: ObjectName,
  isOld: (time: number | undefined) => boolean,
): Generator<void, boolean> {
  if (!isOld(objects.time(kind, name))) return false;
  yield;
  const aside = objects.setAside(kind, name);
  return aside !== undefined && (yield* decide(objects, aside, isOld));
}

/** Discards what is set aside if it may go, and puts it back if not; returns whether it went. */
function* decide(objects: Objects, aside: Aside, mayGo: (time: number) => boolean): Generator<void, boolean> {
  yield;
  const time = objects.asideTime(aside);
  yield;
  if (time === undefined) return false;
  const goes = mayGo(time);
  if (goes) objects.discard(aside);
  else objects.putBack(aside);
  return goes;
}

/** What is wrong with a disk, one line for each object that is missing or damaged: it is read as a whole. */
export function* verifyDisk(store: BlockStore, root: ObjectName): Generator<void, readonly string[]> {
  const found = new Map<ObjectName, string>();
  const check = <T>(name: ObjectName, act: () => T): T | undefined => {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      found.set(name, error.message);
      return undefined;
    }
  };
  const disk = check(root, () => store.root(root));
  const seen = new Set<ObjectName>();
  for (let n = 0; disk !== undefined && n < disk.leaves.count; n++) {
    const leaf = check(disk.leaves.get(n) ?? '', () => store.leaf(disk, n));
    for (let at = 0; leaf !== undefined && at < leaf.count; at++) {
      const name = leaf.get(at);
      if (name === null || seen.has(name)) continue;
      seen.add(name);
      check(name, () => store.block(name));
      yield;
    }
  }
  return [...found.values()];
}
