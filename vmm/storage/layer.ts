/**
 * A thin disk in a file: the blocks that a running guest has written, over a stored disk, to which nobody writes. The file:
 *
 *     0      "RLL1", the number of sectors, the epoch (4 bytes each, little-endian), the name of the root below (32 bytes)
 *     4096   a bit for each block of the disk: whether it is here; padded to whole blocks
 *     then   the blocks, each at its place; those that are not here are holes
 *
 * A block is written before its bit, so a layer can be used whenever its writer was killed. The epoch is that of the machine
 * when its host was given it: a layer of an earlier epoch is refused, because its host has lost the machine since.
 */
import { type DiskStore, SECTOR } from '../../isa/machine/devices/disk.ts';
import { bytesToHex, hexToBytes, sameBytes, utf8, viewOf } from '../../isa/machine/bytes.ts';
import { BLOCK } from '../snapshot/blocks.ts';
import type { BlockStore, StoredDisk } from './block-store.ts';
import { type ObjectName, StorageError } from './objects.ts';
import { blocksOf, SECTORS_PER_BLOCK } from './tree.ts';

/** An open file. Each call throws the system's error. */
export interface LayerFile {
  /** Reads bytes from `at` on; those beyond the file's end are zeros. */
  read(into: Uint8Array, at: number): void;
  write(bytes: Uint8Array, at: number): void;
  /** Returns when everything written would survive a loss of power. */
  sync(): void;
  close(): void;
}

/** What a layer is of. */
export interface LayerHead {
  readonly sectors: number;
  readonly epoch: number;
  readonly root: ObjectName;
}

const magic = utf8('RLL1');

/** The first block of a new layer's file. Without more it is a layer in which nothing is written. */
export function encodeHead({ sectors, epoch, root }: LayerHead): Uint8Array {
  const bytes = new Uint8Array(BLOCK);
  bytes.set(magic);
  viewOf(bytes).setUint32(4, sectors, true);
  viewOf(bytes).setUint32(8, epoch, true);
  bytes.set(hexToBytes(root) ?? [], 12);
  return bytes;
}

/** Throws StorageError. */
export function readHead(file: Pick<LayerFile, 'read'>): LayerHead {
  const bytes = new Uint8Array(BLOCK);
  file.read(bytes, 0);
  if (!sameBytes(bytes.subarray(0, 4), magic)) throw new StorageError('it is not the layer of a disk');
  const view = viewOf(bytes);
  return {
    sectors: view.getUint32(4, true),
    epoch: view.getUint32(8, true),
    root: bytesToHex(bytes.subarray(12, 44)),
  };
}

export class DiskLayer implements DiskStore {
  readonly head: LayerHead;
  readonly sectors: number;
  readonly #file: LayerFile;
  readonly #below: StoredDisk;
  readonly #bits: Uint8Array;

  /** `epoch`: of the machine now. Throws StorageError, also for a layer of another epoch. */
  constructor(file: LayerFile, store: BlockStore, epoch: number) {
    this.#file = file;
    this.head = readHead(file);
    this.sectors = this.head.sectors;
    if (this.head.epoch !== epoch)
      throw new StorageError(
        `it is of epoch ${this.head.epoch}, and the machine is in epoch ${epoch}: another host has had it since`,
      );
    this.#below = store.open(this.head.root);
    if (this.#below.sectors !== this.sectors)
      throw new StorageError(`it has ${this.sectors} sectors, and the disk below ${this.#below.sectors}`);
    this.#bits = new Uint8Array(bitmapBytes(this.sectors));
    file.read(this.#bits, BLOCK);
  }

  /** The disk below. */
  get below(): StoredDisk {
    return this.#below;
  }

  /** How many blocks are written here. */
  get count(): number {
    let count = 0;
    for (let block = 0; block < blocksOf(this.sectors); block++) if (this.#has(block)) count += 1;
    return count;
  }

  /** Throws StorageError, and the system's error. */
  read(n: number, into: Uint8Array): void {
    const block = Math.floor(n / SECTORS_PER_BLOCK);
    if (this.#has(block)) this.#file.read(into, this.#place(block) + offsetOf(n));
    else this.#below.read(n, into);
  }

  /** Throws as `read`. */
  write(n: number, from: Uint8Array): void {
    const block = Math.floor(n / SECTORS_PER_BLOCK);
    if (this.#has(block)) {
      this.#file.write(from, this.#place(block) + offsetOf(n));
      return;
    }
    const bytes = this.#below.block(block).slice();
    bytes.set(from, offsetOf(n));
    this.#file.write(bytes, this.#place(block));
    this.#setBit(block);
  }

  /** The blocks that are written here, ascending, for publish.ts. */
  *changes(): Generator<readonly [number, Uint8Array]> {
    for (let block = 0; block < blocksOf(this.sectors); block++) {
      if (!this.#has(block)) continue;
      const bytes = new Uint8Array(BLOCK);
      this.#file.read(bytes, this.#place(block));
      yield [block, bytes];
    }
  }

  sync(): void {
    this.#file.sync();
  }

  close(): void {
    this.#file.close();
  }

  #has(block: number): boolean {
    return (((this.#bits[block >>> 3] as number) >>> (block & 7)) & 1) === 1;
  }

  #setBit(block: number): void {
    const at = block >>> 3;
    const byte = (this.#bits[at] as number) | (1 << (block & 7));
    this.#file.write(Uint8Array.of(byte), BLOCK + at);
    this.#bits[at] = byte;
  }

  #place(block: number): number {
    return BLOCK + this.#bits.length + block * BLOCK;
  }
}

function offsetOf(sector: number): number {
  return (sector % SECTORS_PER_BLOCK) * SECTOR;
}

function bitmapBytes(sectors: number): number {
  return Math.ceil(blocksOf(sectors) / 8 / BLOCK) * BLOCK;
}
