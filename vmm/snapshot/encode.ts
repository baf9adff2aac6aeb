/** A snapshot as bytes. The layout: format.ts. */
import { joined } from '../../isa/machine/bytes.ts';
import { encodeAs } from '../wire/codec.ts';
import { BlockList, type BlockContents, sorted, type Table } from './blocks.ts';
import { type Description, description, ID_BYTES, type Packing } from './description.ts';
import type { Sums } from './files.ts';
import { GROUP, makeHead, saidSum } from './format.ts';

/** A snapshot as it is written: its description but for what follows from the blocks, and the blocks. */
export interface Content extends Omit<Description, 'memory' | 'disk' | 'blocks'> {
  readonly memory: BlockContents;
  readonly disk: BlockContents;
}

export interface WriteOptions {
  /** Default plain: deflating is slower than everything else together. */
  readonly packing?: Packing;
}

/** A snapshot's id, and the bytes of its file in parts. */
export interface Encoded {
  readonly id: Uint8Array;
  readonly parts: readonly Uint8Array[];
}

/** The bytes of a snapshot. They share the content's blocks: use them before the guest goes on. */
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

/** As little-endian words, which is how they lie in memory. */
function toBytes(table: Table): Uint8Array {
  return new Uint8Array(table.buffer, table.byteOffset, table.byteLength);
}
