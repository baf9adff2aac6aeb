/**
 * The layout of a snapshot's file, format version 1; makes and checks its head. write.ts writes the
 * file, read.ts reads it. Numbers are little-endian.
 *
 *     0    8   magic: 89 52 4c 53 4e 41 50 0a (".RLSNAP" and a line feed)
 *     8    4   format version: 1
 *     12   4   length of the description in bytes, d
 *     16   8   length of the file in bytes
 *     24   8   zeros
 *     32  32   SHA-256 of bytes 0 to 31 and 64 to B - 1
 *     64   d   the description: deterministic CBOR; its fields are in description.ts
 *     …        zeros up to B, the next multiple of 4096
 *     B        the stored blocks of 4096 bytes, one after the other; or, if packed, groups of
 *              64 blocks, each group deflated (RFC 1951), their lengths in the description
 *
 * The description's `memory` and `disk` are tables of pairs of words. The first word is the number of a page
 * of memory, or of a 4 KiB block of the disk; the numbers ascend. The second word tells where its contents are:
 * 0 = zeros, n = the nth stored block. A page or block that is not in the table is as in the parent; without a parent it
 * is zeros.
 *
 * Length and check sum are verified before the description is parsed. The SHA-256 of the
 * blocks, which is in the description, is verified before a machine runs on them. The first 16 bytes
 * of the check sum are the snapshot's id, unless the description names an id. So an id depends on
 * all contents of the snapshot. A child's description contains its parent's id, so a child's id depends on its parents too.
 */
import { sameBytes } from '../../isa/machine/bytes.ts';
import type { Sha256 } from '../wire/sha256.ts';
import { BLOCK } from './blocks.ts';
import { SnapshotError } from './failure.ts';

const FORMAT_VERSION = 1;

const magic = Uint8Array.of(0x89, 0x52, 0x4c, 0x53, 0x4e, 0x41, 0x50, 0x0a);
/** Bytes before the description. */
export const HEAD = 64;
const sumAt = 32;

/** Blocks that are packed together, and read at once. */
export const GROUP = 64;

/** Makes everything before the blocks, including the check sum. */
export function makeHead(encoded: Uint8Array, stored: number, sha256: Sha256): Uint8Array {
  const head = new Uint8Array(blocksAt(encoded.length));
  const view = new DataView(head.buffer);
  head.set(magic);
  view.setUint32(8, FORMAT_VERSION, true);
  view.setUint32(12, encoded.length, true);
  view.setBigUint64(16, BigInt(head.length + stored), true);
  head.set(encoded, HEAD);
  head.set(checkSum(head, sha256), sumAt);
  return head;
}

/** The check sum of everything before the blocks. */
export function checkSum(head: Uint8Array, sha256: Sha256): Uint8Array {
  const hash = sha256();
  hash.update(head.subarray(0, sumAt));
  hash.update(head.subarray(HEAD));
  return hash.digest();
}

/** Where the blocks begin, after a description of that length. */
function blocksAt(length: number): number {
  return Math.ceil((HEAD + length) / BLOCK) * BLOCK;
}

/** The check sum that is stored in the head. */
export function saidSum(head: Uint8Array): Uint8Array {
  return head.slice(sumAt, HEAD);
}

/** The length of the description that is stored in the head. */
export function saidLength(head: Uint8Array): number {
  return viewOf(head).getUint32(12, true);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Checks the head: magic, version, lengths. Returns where the blocks begin. Throws SnapshotError. */
export function checkHead(path: string, head: Uint8Array, size: number): number {
  const refuse = (reason: string) => new SnapshotError(path, reason);
  if (size === 0) throw refuse('empty: not a snapshot');
  const begun = head.subarray(0, magic.length);
  if (!sameBytes(begun, magic.subarray(0, begun.length)))
    throw refuse('not a snapshot of ringlab (its first bytes are wrong)');
  if (head.length < HEAD) throw refuse(`cut short: ${size} bytes, less than its head`);
  const view = viewOf(head);
  const version = view.getUint32(8, true);
  if (version !== FORMAT_VERSION)
    throw refuse(`format version ${version}; this ringlab reads version ${FORMAT_VERSION}`);
  const length = view.getBigUint64(16, true);
  if (BigInt(size) < length) throw refuse(`cut short: ${size} of ${length} bytes are there`);
  if (BigInt(size) > length) throw refuse(`damaged: ${size} bytes instead of ${length}`);
  const end = blocksAt(saidLength(head));
  if (end > size) throw refuse('damaged: its description is longer than the file');
  return end;
}
