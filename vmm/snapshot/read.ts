/**
 * Reads a snapshot's file. The head is verified before it is parsed, and the blocks before they are used. format.ts
 * shows the layout.
 */
import { joined, sameBytes } from '../../isa/machine/bytes.ts';
import { BLOCK, type BlockContents, type Table, ZERO } from './blocks.ts';
import { decodeAs } from '../wire/codec.ts';
import { type Description, description, ID_BYTES } from './description.ts';
import { reasonOf, SnapshotError } from './failure.ts';
import { type Files, readInto, readPart } from './files.ts';
import { checkHead, checkSum, GROUP, HEAD, saidLength, saidSum } from './format.ts';

/** A snapshot's file whose head was verified. */
export interface Opened {
  readonly path: string;
  readonly id: Uint8Array;
  readonly description: Description;
  /** Bytes of the file. */
  readonly size: number;
  readonly memory: Table;
  readonly disk: Table;
}

/** Opens a file and verifies everything but its blocks. Throws SnapshotError. */
export function openSnapshot(files: Files, path: string): Opened {
  return withFile(files, path, (file, size) => {
    const head = readPart(files, file, 0, HEAD);
    const end = checkHead(path, head, size);
    const rest = readPart(files, file, HEAD, end - HEAD);
    const whole = joined([head, rest]);
    const sum = saidSum(head);
    if (whole.length !== end || !sameBytes(checkSum(whole, files.sha256), sum)) {
      throw new SnapshotError(path, 'damaged: its check sum does not fit its first part');
    }
    const length = saidLength(head);
    const said = parse(path, rest.subarray(0, length));
    checkLayout(path, said, end, size);
    return {
      path,
      id: said.id ?? sum.slice(0, ID_BYTES),
      description: said,
      size,
      memory: checkTable(path, 'memory', said, said.configuration.memory / BLOCK),
      disk: checkTable(path, 'disk', said, Math.ceil(said.configuration.sectors / (BLOCK / 512))),
    };
  });
}

function parse(path: string, encoded: Uint8Array): Description {
  try {
    return decodeAs(description, encoded);
  } catch (error) {
    throw new SnapshotError(path, `not a description that we know: ${(error as Error).message}`);
  }
}

function checkLayout(path: string, { blocks, id, parent }: Description, at: number, size: number): void {
  const { count, packing, sizes } = blocks;
  const groups = packing === 'plain' ? 0 : Math.ceil(count / GROUP);
  const stored = packing === 'plain' ? count * BLOCK : sizes.reduce((sum, one) => sum + one, 0);
  if (sizes.length !== groups || at + stored !== size)
    throw new SnapshotError(path, 'damaged: its blocks do not fill the file');
  if (id !== null && parent !== null && sameBytes(id, parent.id))
    throw new SnapshotError(path, 'damaged: it is its own parent');
}

/**
 * The table as words. Throws SnapshotError if a block's number is not below `most`, or a place is not that of a
 * stored block.
 */
function checkTable(path: string, field: 'memory' | 'disk', said: Description, most: number): Table {
  const table = toWords(said[field]);
  let before = -1;
  for (let at = 0; at < table.length; at += 2) {
    const [number, place] = [table[at] as number, table[at + 1] as number];
    if (number <= before || number >= most || place > said.blocks.count)
      throw new SnapshotError(path, `damaged: entry ${at / 2} of its table "${field}" is out of range`);
    before = number;
  }
  return table;
}

/** Receives the blocks of a file. */
export interface Taker {
  /**
   * The buffer that blocks `place` to `place + count - 1` are to be read into directly; undefined = pass them to
   * `take` one by one.
   */
  into?(place: number, count: number): Uint8Array | undefined;
  /** Receives a block by its place, from 1 on. The bytes are valid only until it returns. */
  take(place: number, block: Uint8Array): void;
}

/**
 * Reads all stored blocks in order and verifies them. Throws SnapshotError. If
 * the check sum does not match, it throws only at the end, and the taker must not use the blocks.
 */
export function readBlocks(files: Files, opened: Opened, taker: Taker): void {
  const { path, size, description: said } = opened;
  const { count, packing, sizes, sha256 } = said.blocks;
  const hash = files.sha256();
  withFile(files, path, (file, now) => {
    if (now !== size) throw new SnapshotError(path, 'it was changed by another program');
    const groups = groupsOf(opened);
    const buffer = new Uint8Array(sizes.reduce((most, one) => Math.max(most, one), GROUP * BLOCK));
    for (let done = 0; done < count; done += GROUP) {
      const blocks = Math.min(GROUP, count - done);
      const stored = packing === 'plain' ? blocks * BLOCK : (sizes[done / GROUP] as number);
      const direct = packing === 'plain' ? taker.into?.(done + 1, blocks) : undefined;
      const bytes = readInto(
        files,
        file,
        direct ?? buffer.subarray(0, stored),
        groups[done / GROUP] as number,
      );
      if (bytes.length !== stored) throw new SnapshotError(path, 'cut short while it was read');
      hash.update(bytes);
      if (direct !== undefined) continue;
      const group = packing === 'plain' ? bytes : unpack(files, path, bytes, blocks * BLOCK);
      for (let n = 0; n < blocks; n++) taker.take(done + n + 1, group.subarray(n * BLOCK, (n + 1) * BLOCK));
    }
  });
  if (!sameBytes(hash.digest(), sha256))
    throw new SnapshotError(path, 'damaged: the check sum does not fit its blocks');
}

/** Reads single blocks of a file, which stays open until `close`. It does not verify them. */
export class BlockReader {
  readonly path: string;
  readonly #files: Files;
  readonly #file: number;
  readonly #opened: Opened;
  /** Where each group begins. */
  readonly #groups: readonly number[];

  /** Throws SnapshotError. */
  constructor(files: Files, opened: Opened) {
    this.path = opened.path;
    this.#files = files;
    this.#opened = opened;
    this.#file = tryTo(opened.path, () => files.openToRead(opened.path));
    this.#groups = groupsOf(opened);
  }

  /** Stored block `place`, from 1. Throws SnapshotError. */
  block(place: number): Uint8Array {
    const { count, packing, sizes } = this.#opened.description.blocks;
    const group = Math.floor((place - 1) / GROUP);
    const from = this.#groups[group] as number;
    const within = ((place - 1) % GROUP) * BLOCK;
    const read = (at: number, length: number) => readPart(this.#files, this.#file, at, length);
    return tryTo(this.path, () => {
      if (packing === 'plain') return read(from + within, BLOCK);
      const length = Math.min(GROUP, count - group * GROUP) * BLOCK;
      return unpack(this.#files, this.path, read(from, sizes[group] as number), length).subarray(
        within,
        within + BLOCK,
      );
    });
  }

  close(): void {
    this.#files.close(this.#file);
  }
}

/** Where in the file each group of blocks begins. */
function groupsOf({ size, description: { blocks } }: Opened): readonly number[] {
  const { count, packing, sizes } = blocks;
  const lengths = Array.from({ length: Math.ceil(count / GROUP) }, (_, n) =>
    packing === 'plain' ? Math.min(GROUP, count - n * GROUP) * BLOCK : (sizes[n] as number),
  );
  let at = size - lengths.reduce((sum, one) => sum + one, 0);
  return lengths.map((length) => {
    at += length;
    return at - length;
  });
}

function unpack(files: Files, path: string, bytes: Uint8Array, length: number): Uint8Array {
  let group: Uint8Array | undefined;
  try {
    group = files.inflate(bytes, length);
  } catch {
    // Refused below, like data that inflates to another length.
  }
  if (group?.length === length) return group;
  throw new SnapshotError(path, 'damaged: a group of its blocks does not inflate');
}

/** Loads the snapshot's own blocks of memory and disk. Throws SnapshotError. */
export function loadBlocks(
  files: Files,
  opened: Opened,
): { readonly memory: BlockContents; readonly disk: BlockContents } {
  const stored = new Uint8Array(opened.description.blocks.count * BLOCK);
  readBlocks(files, opened, {
    into: (place, count) => stored.subarray((place - 1) * BLOCK, (place - 1 + count) * BLOCK),
    take: (place, block) => stored.set(block, (place - 1) * BLOCK),
  });
  const of = (table: Table): BlockContents => {
    const blocks = new Map<number, Uint8Array>();
    for (let at = 0; at < table.length; at += 2) {
      const place = table[at + 1] as number;
      const block = place === 0 ? ZERO : stored.subarray((place - 1) * BLOCK, place * BLOCK);
      blocks.set(table[at] as number, block);
    }
    return blocks;
  };
  return { memory: of(opened.memory), disk: of(opened.disk) };
}

function withFile<T>(files: Files, path: string, act: (file: number, size: number) => T): T {
  let file: number | undefined;
  try {
    return tryTo(path, () => {
      file = files.openToRead(path);
      return act(file, files.size(file));
    });
  } finally {
    if (file !== undefined) files.close(file);
  }
}

/** Runs `act`, which reads the file. An error of the system becomes a SnapshotError. */
function tryTo<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof SnapshotError) throw error;
    throw new SnapshotError(path, `cannot read it: ${reasonOf(error)}`);
  }
}

/** The bytes as little-endian words. This assumes a little-endian host, as memory.ts does. */
function toWords(bytes: Uint8Array): Table {
  return new Uint32Array(new Uint8Array(bytes).buffer);
}
