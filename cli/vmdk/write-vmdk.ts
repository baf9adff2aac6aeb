/** Writes a disk as a streamOptimized VMDK: what OVF packages contain. Equal disks give equal bytes. */
import { deflateSync } from 'node:zlib';
import { utf8 } from '../../isa/machine/bytes.ts';
import { atEnd, DEFLATE, FLAG, HEADER, MAGIC, MARKER, newlines, SECTOR, TABLE_ENTRIES } from './layout.ts';

/** Sectors of a grain, and of the descriptor. */
const GRAIN = 128;
const descriptorSectors = 20;

/** Where a disk's contents come from. */
export interface DiskSource {
  /** Sectors of 512 bytes. */
  readonly sectors: number;
  read(sector: number, into: Uint8Array): void;
}

/** The file's bytes. `name`: the file's own name, which its descriptor has. */
export function writeVmdk(disk: DiskSource, name: string): Uint8Array {
  const file = new Parts();
  const header = (directoryAt: bigint) => headerOf(disk.sectors, directoryAt);
  file.add(header(atEnd));
  file.add(padded(utf8(descriptorOf(disk.sectors, name)), descriptorSectors * SECTOR));
  file.add(new Uint8Array((GRAIN - file.sectors) * SECTOR));
  const directory: number[] = [];
  const grains = Math.ceil(disk.sectors / GRAIN);
  for (let first = 0; first < grains; first += TABLE_ENTRIES) {
    const table = new Uint32Array(TABLE_ENTRIES);
    for (let n = 0; n < Math.min(TABLE_ENTRIES, grains - first); n++) {
      const contents = grainOf(disk, first + n);
      if (contents !== undefined) table[n] = file.add(grainRecord((first + n) * GRAIN, contents));
    }
    const isEmpty = table.every((entry) => entry === 0);
    if (!isEmpty) file.add(marker(MARKER.TABLE, (TABLE_ENTRIES * 4) / SECTOR));
    directory.push(isEmpty ? 0 : file.add(words(table)));
  }
  const directoryBytes = padded(words(directory), Math.ceil((directory.length * 4) / SECTOR) * SECTOR);
  file.add(marker(MARKER.DIRECTORY, directoryBytes.length / SECTOR));
  const directoryAt = file.add(directoryBytes);
  file.add(marker(MARKER.FOOTER, 1));
  file.add(header(BigInt(directoryAt)));
  file.add(marker(MARKER.END, 0));
  return file.joined();
}

/** The contents of a grain, undefined if it is all zero. */
function grainOf(disk: DiskSource, n: number): Uint8Array | undefined {
  const grain = new Uint8Array(GRAIN * SECTOR);
  const last = Math.min((n + 1) * GRAIN, disk.sectors);
  for (let sector = n * GRAIN; sector < last; sector++) {
    const at = (sector - n * GRAIN) * SECTOR;
    disk.read(sector, grain.subarray(at, at + SECTOR));
  }
  return grain.some((byte) => byte !== 0) ? grain : undefined;
}

function grainRecord(sector: number, contents: Uint8Array): Uint8Array {
  const packed = deflateSync(contents);
  const record = new Uint8Array(Math.ceil((12 + packed.length) / SECTOR) * SECTOR);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(sector), true);
  view.setUint32(8, packed.length, true);
  record.set(packed, 12);
  return record;
}

function marker(type: number, sectors: number): Uint8Array {
  const bytes = new Uint8Array(SECTOR);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(sectors), true);
  view.setUint32(12, type, true);
  return bytes;
}

function headerOf(sectors: number, directoryAt: bigint): Uint8Array {
  const bytes = new Uint8Array(SECTOR);
  const view = new DataView(bytes.buffer);
  view.setUint32(HEADER.MAGIC, MAGIC, true);
  view.setUint32(HEADER.VERSION, 3, true);
  view.setUint32(HEADER.FLAGS, FLAG.NEWLINES | FLAG.COMPRESSED | FLAG.MARKERS, true);
  view.setBigUint64(HEADER.CAPACITY, BigInt(sectors), true);
  view.setBigUint64(HEADER.GRAIN_SIZE, BigInt(GRAIN), true);
  view.setBigUint64(HEADER.DESCRIPTOR_AT, 1n, true);
  view.setBigUint64(HEADER.DESCRIPTOR_SIZE, BigInt(descriptorSectors), true);
  view.setUint32(HEADER.TABLE_ENTRIES, TABLE_ENTRIES, true);
  view.setBigUint64(HEADER.DIRECTORY_AT, directoryAt, true);
  view.setBigUint64(HEADER.OVERHEAD, BigInt(GRAIN), true);
  bytes.set(newlines, HEADER.NEWLINES);
  view.setUint16(HEADER.COMPRESSION, DEFLATE, true);
  return bytes;
}

/** The text in which the extent is named. The geometry is what old firmware would see. */
function descriptorOf(sectors: number, name: string): string {
  const cylinders = Math.max(1, Math.min(16383, Math.ceil(sectors / (16 * 63))));
  return `# Disk DescriptorFile
version=1
CID=fffffffe
parentCID=ffffffff
createType="streamOptimized"

# Extent description
RW ${sectors} SPARSE "${name}"

# The Disk Data Base
#DDB

ddb.virtualHWVersion = "4"
ddb.geometry.cylinders = "${cylinders}"
ddb.geometry.heads = "16"
ddb.geometry.sectors = "63"
ddb.adapterType = "lsilogic"
`;
}

function padded(bytes: Uint8Array, size: number): Uint8Array {
  const whole = new Uint8Array(size);
  whole.set(bytes);
  return whole;
}

/** Little-endian words. */
function words(values: ArrayLike<number>): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (let n = 0; n < values.length; n++) view.setUint32(n * 4, values[n] as number, true);
  return new Uint8Array(view.buffer);
}

/** Whole sectors, one after the other. */
class Parts {
  readonly #parts: Uint8Array[] = [];
  sectors = 0;

  /** Returns the sector at which they begin. */
  add(bytes: Uint8Array): number {
    const at = this.sectors;
    this.#parts.push(bytes);
    this.sectors += bytes.length / SECTOR;
    return at;
  }

  joined(): Uint8Array {
    const whole = new Uint8Array(this.sectors * SECTOR);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}
