/**
 * A recording as a file's bytes. Numbers are little-endian.
 *
 *     0    8   magic: 89 52 4c 49 4e 50 55 0a (".RLINPU" and a line feed)
 *     8    4   format version: 1 for a machine's run, 2 for a process's
 *     12   4   length of the body in bytes
 *     16   32  SHA-256 of bytes 0 to 15 and of the body
 *     48       the body: CBOR, deterministic
 *
 * Length and check sum are verified before the body is parsed.
 */
import { sameBytes } from '../../isa/machine/bytes.ts';
import { decodeAs, encodeAs } from '../wire/codec.ts';
import { FieldError, type Shape } from '../wire/schema.ts';
import type { Sha256 } from '../wire/sha256.ts';

/** A recording that cannot be used; one line, without the file's name. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}

const magic = Uint8Array.of(0x89, 0x52, 0x4c, 0x49, 0x4e, 0x50, 0x55, 0x0a);
const sumAt = 16;
const head = 48;

/** What a body is, by the format version of the file. */
export const VERSION = { MACHINE: 1, PROCESS: 2 } as const;

export function seal<T>(sha256: Sha256, version: number, shape: Shape<T>, data: T): Uint8Array {
  const body = encodeAs(shape, data);
  const file = new Uint8Array(head + body.length);
  const view = new DataView(file.buffer);
  file.set(magic);
  view.setUint32(magic.length, version, true);
  view.setUint32(magic.length + 4, body.length, true);
  file.set(body, head);
  file.set(sumOf(sha256, file), sumAt);
  return file;
}

/** Whose run a recording is. Throws RecordingError. */
export function versionOf(file: Uint8Array): number {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < head || magic.some((byte, n) => file[n] !== byte))
    throw new RecordingError('no recording, or one cut short');
  return view.getUint32(magic.length, true);
}

/** The body of a recording of that version. Throws RecordingError. */
export function unseal<T>(sha256: Sha256, version: number, shape: Shape<T>, file: Uint8Array): T {
  const found = versionOf(file);
  if (found !== version) throw new RecordingError(wrongVersion(found, version));
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = head + view.getUint32(magic.length + 4, true);
  if (file.length !== length)
    throw new RecordingError(`a damaged recording: ${file.length} bytes instead of ${length}`);
  if (!sameBytes(sumOf(sha256, file), file.subarray(sumAt, head)))
    throw new RecordingError('a damaged recording: its check sum is wrong');
  try {
    return decodeAs(shape, file.subarray(head));
  } catch (error) {
    if (error instanceof FieldError) throw new RecordingError(`a recording that is none: ${error.message}`);
    throw error;
  }
}

function wrongVersion(found: number, expected: number): string {
  if (found === VERSION.PROCESS) return "a process's recording; only `replay` can run it";
  if (found === VERSION.MACHINE) return "a machine's recording, not a process's";
  return `a recording of format ${found}; this reads ${expected}`;
}

function sumOf(sha256: Sha256, file: Uint8Array): Uint8Array {
  const hash = sha256();
  hash.update(file.subarray(0, sumAt));
  hash.update(file.subarray(head));
  return hash.digest();
}
