/**
 * Seals of frames: a tag of 16 bytes over the header and the payload.
 *
 * Before both sides have proved that they know the key, the tag is a checksum, which only finds damage. Afterwards it is a
 * sum under a key of this channel and direction. The header contains the frame's sequence number, so nobody can change,
 * repeat, reorder or add a frame. Hosts on a network use GMAC (node-seal.ts). Without Node, as in a page that runs several
 * hosts, HMAC does the same more slowly. Neither hides the contents; TLS does (tcp.ts).
 */
import { utf8, viewOf } from '../../isa/machine/bytes.ts';
import { crc32 } from './crc32.ts';
import { portableSha256 } from './sha256.ts';

export const TAG = 16;

/** The tag of a frame. */
export type Seal = (sequence: number, header: Uint8Array, payload: Uint8Array) => Uint8Array;

/** The seal under a key of 32 bytes. */
export type SealMaker = (key: Uint8Array) => Seal;

/** A checksum: CRC-32, the rest zero. */
export const checksum: Seal = (_sequence, header, payload) => {
  const tag = new Uint8Array(TAG);
  viewOf(tag).setUint32(0, crc32(header, payload), true);
  return tag;
};

/** Half an HMAC-SHA-256: runs everywhere. */
export const hmacSeal: SealMaker = (key) => (_sequence, header, payload) =>
  hmac(key, header, payload).subarray(0, TAG);

/** Bytes of a block of SHA-256. */
const BLOCK = 64;

/** HMAC-SHA-256 (RFC 2104) of parts, each behind its length so that no two lists of parts look alike. */
export function hmac(key: Uint8Array, ...parts: readonly (string | Uint8Array)[]): Uint8Array {
  const short = key.length > BLOCK ? sha256([key]) : key;
  const padded = (pad: number) => Uint8Array.from({ length: BLOCK }, (_, n) => (short[n] ?? 0) ^ pad);
  const framed = parts.flatMap((part) => {
    const bytes = typeof part === 'string' ? utf8(part) : part;
    const length = new Uint8Array(4);
    viewOf(length).setUint32(0, bytes.length, true);
    return [length, bytes];
  });
  return sha256([padded(0x5c), sha256([padded(0x36), ...framed])]);
}

function sha256(parts: readonly Uint8Array[]): Uint8Array {
  const hash = portableSha256();
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Whether two tags or proofs are equal, in a time that does not tell where they differ. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (const [n, byte] of a.entries()) difference |= byte ^ (b[n] ?? 0);
  return difference === 0;
}
