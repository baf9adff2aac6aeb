/** Encodes a snapshot as the bytes of its file. format.ts shows the layout. */
import { joined } from '../../isa/machine/bytes.ts';
import { encodeAs } from '../wire/codec.ts';
import { BlockList, type BlockContents, sorted, type Table } from './blocks.ts';
import { type Description, description, ID_BYTES, type Packing } from './description.ts';
import type { Sums } from './files.ts';
import { GROUP, makeHead, saidSum } from './format.ts';

/** A snapshot that is to be written: its blocks, and the part of its description that does not follow from them. */
export interface Content extends Omit<Description, 'memory' | 'disk' | 'blocks'> {
  readonly memory: BlockContents;
  readonly disk: BlockContents;
}

export interface WriteOptions {
  /** Default `plain`, because deflating takes longer than everything else together. */
  readonly packing?: Packing;
}

/** A snapshot's id, and the bytes of its file in parts. */
export interface Encoded {
  readonly id: Uint8Array;
  readonly parts: readonly Uint8Array[];
}

/** Encodes a snapshot. The result shares memory with the content's blocks, so use it before the guest continues. */
export function encodeSnapshot(
  content: Content,
  sums: Sums,
  { packing = 'plain' }: WriteOptions = {},
): Encoded {
  const list = new BlockList((block) => sums.sum(block));
  const memory = list.add(sorted(content.memory));
  const disk = list.add(sorted(content.disk));
  const groups = packing === 'plain' ? list.blocks : packed(list.blocks, sums);
  const sizes = packing === 'plain' ? [] : groups.map(({ length }) => length);
  const hash = sums.sha256();
  for (const group of groups) hash.update(group);
  const encoded = encodeAs(description, {
    ...content,
    memory: toBytes(memory),
    disk: toBytes(disk),
    blocks: { count: list.blocks.length, packing, sizes, sha256: hash.digest() },
  });
  const stored = groups.reduce((sum, { length }) => sum + length, 0);
  const head = makeHead(encoded, stored, sums.sha256);
  return { id: content.id ?? saidSum(head).slice(0, ID_BYTES), parts: [head, ...groups] };
}

function packed(blocks: readonly Uint8Array[], sums: Sums): Uint8Array[] {
  const groups: Uint8Array[] = [];
  for (let at = 0; at < blocks.length; at += GROUP)
    groups.push(sums.deflate(joined(blocks.slice(at, at + GROUP))));
  return groups;
}

/** The table's bytes in memory, which are little-endian words. */
function toBytes(table: Table): Uint8Array {
  return new Uint8Array(table.buffer, table.byteOffset, table.byteLength);
}
