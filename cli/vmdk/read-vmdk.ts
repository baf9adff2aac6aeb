/**
 * Reads a VMDK of one sparse extent, streamOptimized or monolithicSparse, from a file that may be hostile: every place and size in
 * it is checked before it is used, and a grain never becomes larger than a grain.
 */
import { inflateSync } from 'node:zlib';
import { atEnd, DEFLATE, FLAG, HEADER, MAGIC, MARKER, newlines, SECTOR, VmdkError } from './layout.ts';

/** Most sectors of a disk: as in a machine (messages.ts). */
const mostSectors = 2 ** 28;

/** A disk in a VMDK. */
export interface VmdkDisk {
  readonly sectors: number;
  /** The parts that are not zero, in their order: their first sector, and whole sectors. Throws VmdkError. */
  parts(): Iterable<{ readonly sector: number; readonly bytes: Uint8Array }>;
}

interface Extent {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  readonly flags: number;
  readonly sectors: number;
  /** Sectors. */
  readonly grain: number;
  readonly tableEntries: number;
  /** Sector of the directory. */
  readonly directoryAt: number;
}

function must(holds: boolean, reason: string): asserts holds {
  if (!holds) throw new VmdkError(reason);
}

/** Checks the header. Throws VmdkError. */
export function readVmdk(bytes: Uint8Array): VmdkDisk {
  const extent = openExtent(bytes);
  return { sectors: extent.sectors, parts: () => partsOf(extent) };
}

function openExtent(bytes: Uint8Array): Extent {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  must(bytes.length >= SECTOR && view.getUint32(0, true) === MAGIC, 'it is no VMDK of one sparse extent');
  const version = view.getUint32(HEADER.VERSION, true);
  must(version >= 1 && version <= 3, `its version is ${version}, and 1 to 3 are read`);
  const flags = view.getUint32(HEADER.FLAGS, true);
  if ((flags & FLAG.NEWLINES) !== 0)
    must(
      newlines.every((byte, n) => bytes[HEADER.NEWLINES + n] === byte),
      'its newlines were changed, as when a file is sent as text',
    );
  must(bytes[HEADER.CLEAN] === 0, 'it was not closed by whoever wrote it');
  const isCompressed = (flags & FLAG.COMPRESSED) !== 0;
  const compression = view.getUint16(HEADER.COMPRESSION, true);
  must(compression === (isCompressed ? DEFLATE : 0), 'its compression is unknown');
  must(
    isCompressed === ((flags & FLAG.MARKERS) !== 0),
    'its grains are compressed without markers, or not with',
  );
  const sectors = sizeAt(view, HEADER.CAPACITY, mostSectors, 'capacity');
  const grain = sizeAt(view, HEADER.GRAIN_SIZE, 2 ** 16, 'grain size');
  must(sectors > 0 && grain >= 8 && (grain & (grain - 1)) === 0, 'its grains have an impossible size');
  const tableEntries = view.getUint32(HEADER.TABLE_ENTRIES, true);
  must(tableEntries >= 1 && tableEntries <= 2 ** 16, 'its tables have an impossible size');
  const isAtEnd = view.getBigUint64(HEADER.DIRECTORY_AT, true) === atEnd;
  const from = isAtEnd ? footerOf(view, bytes) : view;
  const directoryAt = sizeAt(from, HEADER.DIRECTORY_AT, bytes.length / SECTOR, 'directory');
  return { view, bytes, flags, sectors, grain, tableEntries, directoryAt };
}

function footerOf(view: DataView, bytes: Uint8Array): DataView {
  const at = bytes.length - 2 * SECTOR;
  must(at >= 2 * SECTOR, 'it ends before its footer');
  must(view.getUint32(at - SECTOR + 12, true) === MARKER.FOOTER, 'it has no footer: its end is missing');
  const footer = new DataView(bytes.buffer, bytes.byteOffset + at, SECTOR);
  must(footer.getUint32(0, true) === MAGIC, 'its footer is damaged');
  must(
    footer.getBigUint64(HEADER.CAPACITY, true) === view.getBigUint64(HEADER.CAPACITY, true),
    'its header and its footer have different capacities',
  );
  return footer;
}

function sizeAt(view: DataView, at: number, most: number, what: string): number {
  const value = view.getBigUint64(at, true);
  must(value <= BigInt(Math.floor(most)), `its ${what} is ${value}, which is too large`);
  return Number(value);
}

function* partsOf(extent: Extent): Generator<{ readonly sector: number; readonly bytes: Uint8Array }> {
  const { sectors, grain, tableEntries, directoryAt } = extent;
  const grains = Math.ceil(sectors / grain);
  const seen = new Set<number>();
  for (let first = 0; first < grains; first += tableEntries) {
    const tableAt = wordAt(extent, directoryAt * SECTOR + (first / tableEntries) * 4, 'directory');
    if (tableAt === 0) continue;
    for (let n = 0; n < Math.min(tableEntries, grains - first); n++) {
      const at = wordAt(extent, tableAt * SECTOR + n * 4, 'table');
      if (at === 0 || (at === 1 && (extent.flags & FLAG.ZERO_GRAINS) !== 0)) continue;
      must(!seen.has(at), `two grains are both at sector ${at}`);
      seen.add(at);
      const sector = (first + n) * grain;
      const contents = grainAt(extent, at, sector);
      yield { sector, bytes: contents.subarray(0, (sectors - sector) * SECTOR) };
    }
  }
}

function wordAt({ view }: Extent, at: number, what: string): number {
  must(at + 4 <= view.byteLength, `its ${what} is not in the file`);
  return view.getUint32(at, true);
}

/** The grain that is stored at sector `at`, and that must be that of the disk's `sector`. */
function grainAt({ view, bytes, flags, grain }: Extent, at: number, sector: number): Uint8Array {
  const [from, size] = [at * SECTOR, grain * SECTOR];
  const isInside = (end: number) => end <= bytes.length;
  if ((flags & FLAG.COMPRESSED) === 0) {
    must(isInside(from + size), `the grain at sector ${at} is not in the file`);
    return bytes.subarray(from, from + size);
  }
  must(isInside(from + 12), `the grain at sector ${at} is not in the file`);
  const length = view.getUint32(from + 8, true);
  must(isInside(from + 12 + length), `the grain at sector ${at} is not in the file`);
  must(
    view.getBigUint64(from, true) === BigInt(sector),
    `the grain at sector ${at} is that of another place`,
  );
  let contents: Uint8Array;
  try {
    contents = inflateSync(bytes.subarray(from + 12, from + 12 + length), { maxOutputLength: size });
  } catch {
    throw new VmdkError(`the grain at sector ${at} cannot be inflated to ${size} bytes`);
  }
  // The last grain of a disk may be as short as the disk.
  must(contents.length % SECTOR === 0, `the grain at sector ${at} has ${contents.length} bytes`);
  return contents;
}
