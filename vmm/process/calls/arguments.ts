/** What the arguments of system calls point to. Throws CallError: EFAULT where the process has no memory. */
import { CallError } from '../errno.ts';
import type { Process } from '../process.ts';

const page = 4096;
/** The longest path, with the zero behind it. */
const longestPath = 4096;

export function bytesAt(process: Process, address: number, length: number): Uint8Array {
  const bytes = process.bytes(address, length);
  if (bytes === undefined) throw new CallError('EFAULT');
  return bytes;
}

/** A view of the bytes at `address`, for reading only. */
export function viewAt(process: Process, address: number, length: number): DataView {
  const bytes = bytesAt(process, address, length);
  return new DataView(bytes.buffer, bytes.byteOffset, length);
}

export function putAt(process: Process, address: number, bytes: Uint8Array): void {
  if (!process.put(address, bytes)) throw new CallError('EFAULT');
}

export function putWords(process: Process, address: number, words: readonly number[]): void {
  putAt(process, address, new Uint8Array(Int32Array.from(words).buffer));
}

/** Throws EFAULT unless all of the range can be written. */
export function mustBeWritable(process: Process, address: number, length: number): void {
  if (!process.writable(address, length)) throw new CallError('EFAULT');
}

/** The path at `address`, a byte string, without the zero that ends it. Throws ENAMETOOLONG. */
export function pathAt(process: Process, address: number): string {
  let text = '';
  for (let at = address >>> 0; text.length < longestPath; ) {
    const part = bytesAt(process, at, page - (at % page));
    const end = part.indexOf(0);
    text += String.fromCharCode(...(end < 0 ? part : part.subarray(0, end)));
    if (end >= 0 && text.length < longestPath) return text;
    at += part.length;
  }
  throw new CallError('ENAMETOOLONG');
}

/** A 64-bit number in two registers, or in two words of memory. Exact up to 2^53. */
export function wide(low: number, high: number): number {
  return high * 2 ** 32 + (low >>> 0);
}

/** A number as two words, the low one first. */
export function wordsOf(value: number): readonly [number, number] {
  return [(value % 2 ** 32) | 0, Math.floor(value / 2 ** 32)];
}
