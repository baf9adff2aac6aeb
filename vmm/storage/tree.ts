/**
 * A disk as a tree of two levels. Its root names its contents: two disks have the same root exactly when they have the same
 * size and the same contents.
 *
 *     root    "RLD1"; the number of sectors (4 bytes, little-endian); 32 bytes for each leaf
 *     leaf    32 bytes for each of 1024 blocks; those beyond the disk's end are zeros
 *     block   4096 bytes; what is beyond the disk's end is zeros
 *
 * A reference is the SHA-256 of what it refers to. 32 zeros refer to a block of zeros, or to a leaf of 1024 such blocks;
 * neither is stored.
 */
import { SECTOR } from '../../isa/machine/devices/disk.ts';
import { bytesToHex, hexToBytes, sameBytes, utf8, viewOf } from '../../isa/machine/bytes.ts';
import { BLOCK } from '../snapshot/blocks.ts';
import { type ObjectName, StorageError } from './objects.ts';

/** Blocks of a leaf. */
export const LEAF_BLOCKS = 1024;
export const SECTORS_PER_BLOCK = BLOCK / SECTOR;
const HASH = 32;
export const LEAF_BYTES = LEAF_BLOCKS * HASH;
const magic = utf8('RLD1');
const headerBytes = magic.length + 4;

/** A list of references: a leaf, or those of a root. */
export class References {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get count(): number {
    return this.bytes.length / HASH;
  }

  /** The name that reference `n` has; null = zeros. */
  get(n: number): ObjectName | null {
    const bytes = this.#at(n);
    return bytes.every((byte) => byte === 0) ? null : bytesToHex(bytes);
  }

  set(n: number, name: ObjectName | null): void {
    if (name === null) this.#at(n).fill(0);
    else this.#at(n).set(hexToBytes(name) ?? []);
  }

  /** Whether reference `n` is the same in both. */
  isSame(n: number, other: References): boolean {
    return n < other.count && sameBytes(this.#at(n), other.#at(n));
  }

  get isZero(): boolean {
    return this.bytes.every((byte) => byte === 0);
  }

  #at(n: number): Uint8Array {
    return this.bytes.subarray(n * HASH, (n + 1) * HASH);
  }
}

export interface DiskRoot {
  readonly sectors: number;
  readonly leaves: References;
}

/** Blocks of a disk with that many sectors; the last may be a partial one. */
export function blocksOf(sectors: number): number {
  return Math.ceil(sectors / SECTORS_PER_BLOCK);
}

/** The root of a disk of zeros. */
export function emptyRoot(sectors: number): DiskRoot {
  if (!Number.isInteger(sectors) || sectors < 0 || sectors >= 2 ** 32)
    throw new RangeError(`a disk of ${sectors} sectors`);
  const leaves = Math.ceil(blocksOf(sectors) / LEAF_BLOCKS);
  return { sectors, leaves: new References(new Uint8Array(leaves * HASH)) };
}

export function encodeRoot({ sectors, leaves }: DiskRoot): Uint8Array {
  const bytes = new Uint8Array(headerBytes + leaves.bytes.length);
  bytes.set(magic);
  viewOf(bytes).setUint32(magic.length, sectors, true);
  bytes.set(leaves.bytes, headerBytes);
  return bytes;
}

/** Throws StorageError. */
export function decodeRoot(bytes: Uint8Array): DiskRoot {
  if (bytes.length < headerBytes || !sameBytes(bytes.subarray(0, magic.length), magic))
    throw new StorageError('it is not the root of a disk');
  const empty = emptyRoot(viewOf(bytes).getUint32(magic.length, true));
  const leaves = new References(bytes.slice(headerBytes));
  if (leaves.bytes.length !== empty.leaves.bytes.length)
    throw new StorageError(`a disk of ${empty.sectors} sectors has ${empty.leaves.count} leaves`);
  return { sectors: empty.sectors, leaves };
}

/** Leaf number `n` of a disk. Throws StorageError when it has another length, or blocks beyond the disk's end. */
export function decodeLeaf(bytes: Uint8Array, n: number, sectors: number): References {
  if (bytes.length !== LEAF_BYTES) throw new StorageError(`a leaf has ${LEAF_BYTES} bytes`);
  const end = Math.min(blocksOf(sectors) - n * LEAF_BLOCKS, LEAF_BLOCKS);
  if (!new References(bytes.subarray(end * HASH)).isZero)
    throw new StorageError('it has blocks beyond the end of the disk');
  return new References(bytes);
}
