/** Disks in a store of objects: read, and verified with every read. They are written by publish.ts. */
import { type DiskStore, SECTOR } from '../../isa/machine/devices/disk.ts';
import { bytesToHex } from '../../isa/machine/bytes.ts';
import { BLOCK, ZERO } from '../snapshot/blocks.ts';
import type { Sha256 } from '../wire/sha256.ts';
import { type ObjectKind, type ObjectName, type Objects, StorageError } from './objects.ts';
import {
  blocksOf,
  decodeLeaf,
  decodeRoot,
  type DiskRoot,
  LEAF_BLOCKS,
  LEAF_BYTES,
  References,
  SECTORS_PER_BLOCK,
} from './tree.ts';

export class BlockStore {
  readonly objects: Objects;
  readonly #sha256: Sha256;

  constructor(objects: Objects, sha256: Sha256) {
    this.objects = objects;
    this.#sha256 = sha256;
  }

  nameOf(bytes: Uint8Array): ObjectName {
    const hash = this.#sha256();
    hash.update(bytes);
    return bytesToHex(hash.digest());
  }

  /** An object's bytes. Throws StorageError when it is missing or damaged, and the system's error. */
  read(kind: ObjectKind, name: ObjectName): Uint8Array {
    const bytes = this.objects.read(kind, name);
    if (bytes === undefined) throw new StorageError(`${kind} ${name} is missing`);
    if (this.nameOf(bytes) !== name) throw new StorageError(`${kind} ${name} is damaged`);
    return bytes;
  }

  /** Throws StorageError, and the system's error. */
  root(name: ObjectName): DiskRoot {
    return named('root', name, () => decodeRoot(this.read('root', name)));
  }

  /** Leaf number `n` of a disk; undefined = all its blocks are zeros. Throws as `root`. */
  leaf({ sectors, leaves }: DiskRoot, n: number): References | undefined {
    const name = leaves.get(n);
    if (name === null) return undefined;
    return named('leaf', name, () => decodeLeaf(this.read('leaf', name), n, sectors));
  }

  /** As `leaf`, in an array of its own. */
  leafToChange(root: DiskRoot, n: number): References {
    return new References(this.leaf(root, n)?.bytes.slice() ?? new Uint8Array(LEAF_BYTES));
  }

  /** Throws as `root`. */
  block(name: ObjectName): Uint8Array {
    const bytes = this.read('block', name);
    if (bytes.length !== BLOCK) throw new StorageError(`block ${name} has ${bytes.length} bytes`);
    return bytes;
  }

  /** The disk with that root. Throws as `root`. */
  open(root: ObjectName): StoredDisk {
    return new StoredDisk(this, this.root(root));
  }
}

/** Does it; what is wrong is said of that object. */
function named<T>(kind: ObjectKind, name: ObjectName, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof StorageError) || error.message.includes(name)) throw error;
    throw new StorageError(`${kind} ${name}: ${error.message}`);
  }
}

/** Blocks that a disk remembers; a guest reads a block sector by sector. */
const blocksRemembered = 64;
const leavesRemembered = 16;

/** A disk that can only be read. */
export class StoredDisk {
  readonly sectors: number;
  readonly root: DiskRoot;
  readonly #store: BlockStore;
  readonly #leaves = new Map<number, References | undefined>();
  readonly #blocks = new Map<number, Uint8Array>();

  constructor(store: BlockStore, root: DiskRoot) {
    this.#store = store;
    this.root = root;
    this.sectors = root.sectors;
  }

  /** Block `n`, which must not be changed. Throws StorageError, and the system's error. */
  block(n: number): Uint8Array {
    const leaf = Math.floor(n / LEAF_BLOCKS);
    const references = remembered(this.#leaves, leaf, leavesRemembered, () =>
      this.#store.leaf(this.root, leaf),
    );
    const name = references?.get(n % LEAF_BLOCKS) ?? null;
    if (name === null) return ZERO;
    return remembered(this.#blocks, n, blocksRemembered, () => this.#store.block(name));
  }

  /** Fills `into` (one sector long) from sector `n`. Throws as `block`. */
  read(n: number, into: Uint8Array): void {
    const at = (n % SECTORS_PER_BLOCK) * SECTOR;
    into.set(this.block(Math.floor(n / SECTORS_PER_BLOCK)).subarray(at, at + SECTOR));
  }
}

function remembered<T>(known: Map<number, T>, n: number, most: number, make: () => T): T {
  const found = known.get(n);
  if (found !== undefined || known.has(n)) return found as T;
  const made = make();
  const [oldest] = known.keys();
  if (known.size >= most && oldest !== undefined) known.delete(oldest);
  known.set(n, made);
  return made;
}

/** Every block of any disk, with its number. */
export function* blocksFrom(disk: Pick<DiskStore, 'sectors' | 'read'>): Generator<[number, Uint8Array]> {
  for (let block = 0; block < blocksOf(disk.sectors); block++) {
    const bytes = new Uint8Array(BLOCK);
    const first = block * SECTORS_PER_BLOCK;
    for (let n = 0; n < SECTORS_PER_BLOCK && first + n < disk.sectors; n++)
      disk.read(first + n, bytes.subarray(n * SECTOR, (n + 1) * SECTOR));
    yield [block, bytes];
  }
}
