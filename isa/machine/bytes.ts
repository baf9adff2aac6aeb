/** Bytes: compared, joined and written as text, with what every JavaScript engine has. A browser has no `Buffer`. */

const encoder = new TextEncoder();

/** The text in UTF-8. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The parts, one after the other, in an array of their own. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Node's comparison of bytes, where there is one: ten times as fast as a loop. Nothing else of Node is used in the core. */
const compareInNode = (globalThis as { Buffer?: { compare(a: Uint8Array, b: Uint8Array): number } }).Buffer
  ?.compare;

/** Whether both have the same length and the same bytes. */
export const sameBytes: (a: Uint8Array, b: Uint8Array) => boolean =
  compareInNode === undefined ? sameBytesAnywhere : (a, b) => compareInNode(a, b) === 0;

/** `sameBytes` without Node: word by word where both lie at whole words. */
export function sameBytesAnywhere(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  const words = ((a.byteOffset | b.byteOffset) & 3) === 0 ? a.length >>> 2 : 0;
  if (!sameWords(a, b, words)) return false;
  for (let n = words * 4; n < a.length; n++) if (a[n] !== b[n]) return false;
  return true;
}

function sameWords(a: Uint8Array, b: Uint8Array, count: number): boolean {
  if (count === 0) return true;
  const one = new Int32Array(a.buffer, a.byteOffset, count);
  const other = new Int32Array(b.buffer, b.byteOffset, count);
  for (let n = 0; n < count; n++) if (one[n] !== other[n]) return false;
  return true;
}

/** The bytes as numbers of any width. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A sum of the 32-bit words (FNV-1a, with words for bytes): equal words have equal sums. The bytes begin at a whole word. */
export function wordSum(bytes: Uint8Array): number {
  let sum = 0x811c9dc5;
  for (const word of new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2))
    sum = Math.imul(sum ^ word, 0x01000193);
  return sum >>> 0;
}

/** Two hexadecimal digits a byte. */
export function bytesToHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The bytes of pairs of hexadecimal digits; undefined if the text is anything else. */
export function hexToBytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^([\da-f]{2})*$/i.test(text)) return undefined;
  return Uint8Array.from({ length: text.length / 2 }, (_, n) =>
    Number.parseInt(text.slice(2 * n, 2 * n + 2), 16),
  );
}
