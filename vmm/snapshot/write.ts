/** Writing a snapshot's file, whole or not at all. The layout: format.ts. */
import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { BlockList, type Blocks, sorted, type Table } from './blocks.ts';
import { encodeAs } from '../wire/codec.ts';
import { type Description, description, ID_BYTES, type Packing } from './description.ts';
import { reasonOf, SnapshotError } from './failure.ts';
import { type Files, writeWhole } from './files.ts';
import { GROUP, makeHead, saidSum } from './format.ts';

/** A snapshot as it is written: its description but for what follows from the blocks, and the blocks. */
export interface Content extends Omit<Description, 'memory' | 'disk' | 'blocks'> {
  readonly memory: Blocks;
  readonly disk: Blocks;
}

export interface WriteOptions {
  /** Default plain: deflating is slower than everything else together. */
  readonly packing?: Packing;
}

/** Writes a snapshot to a file, whole or not at all; returns its id. Throws SnapshotError. */
export function writeSnapshot(
  files: Files,
  path: string,
  content: Content,
  { packing = 'plain' }: WriteOptions = {},
): Uint8Array {
  const list = new BlockList();
  const memory = list.add(sorted(content.memory));
  const disk = list.add(sorted(content.disk));
  const groups = packing === 'plain' ? list.blocks : packed(list.blocks);
  const sizes = packing === 'plain' ? [] : groups.map(({ length }) => length);
  const hash = createHash('sha256');
  for (const group of groups) hash.update(group);
  const encoded = encodeAs(description, {
    ...content,
    memory: toBytes(memory),
    disk: toBytes(disk),
    blocks: { count: list.blocks.length, packing, sizes, sha256: hash.digest() },
  });
  const stored = groups.reduce((sum, { length }) => sum + length, 0);
  const head = makeHead(encoded, stored);
  try {
    writeWhole(files, path, inLargeParts([head, ...groups]));
  } catch (error) {
    throw new SnapshotError(path, `cannot write it: ${reasonOf(error)}`);
  }
  return content.id ?? saidSum(head).slice(0, ID_BYTES);
}

function packed(blocks: readonly Uint8Array[]): Uint8Array[] {
  const groups: Uint8Array[] = [];
  for (let at = 0; at < blocks.length; at += GROUP)
    groups.push(deflateRawSync(Buffer.concat(blocks.slice(at, at + GROUP)), { level: 1 }));
  return groups;
}

/** Parts shorter than this are put together: a call for 4 KiB costs more than its bytes. */
const short = 2 ** 18;

/** The parts in order, neighbours in memory as one, short ones put together; each as it is until the next is asked for. */
function* inLargeParts(parts: readonly Uint8Array[]): Generator<Uint8Array> {
  const gathered = new Uint8Array(2 ** 20);
  let used = 0;
  for (const run of neighbours(parts)) {
    if (used > 0 && (run.length >= short || used + run.length > gathered.length)) {
      yield gathered.subarray(0, used);
      used = 0;
    }
    if (run.length >= short) yield run;
    else {
      gathered.set(run, used);
      used += run.length;
    }
  }
  yield gathered.subarray(0, used);
}

function* neighbours(parts: readonly Uint8Array[]): Generator<Uint8Array> {
  let run = new Uint8Array();
  for (const part of parts) {
    if (run.buffer === part.buffer && run.byteOffset + run.length === part.byteOffset) {
      run = new Uint8Array(part.buffer as ArrayBuffer, run.byteOffset, run.length + part.length);
    } else {
      yield run;
      run = part as Uint8Array<ArrayBuffer>;
    }
  }
  yield run;
}

/** As little-endian words, which is how they lie in memory. */
function toBytes(table: Table): Uint8Array {
  return new Uint8Array(table.buffer, table.byteOffset, table.byteLength);
}
