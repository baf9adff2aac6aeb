/** Converts the escapes in strings and character constants to bytes, as GNU `as` does. */

const letters: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  b: 8,
  f: 12,
  v: 11,
  a: 7,
  e: 27,
  '0': 0,
};

const escapes = /\\(?:x([0-9a-fA-F]+)|([0-7]{1,3})|(.))/gsu;
const encoder = new TextEncoder();

/** The bytes of a string's contents, without its quotes. Text becomes UTF-8; `\ooo` and `\xhh` are single bytes. */
export function unescaped(inside: string): Uint8Array {
  if (!inside.includes('\\')) return encoder.encode(inside);
  const bytes: number[] = [];
  let from = 0;
  for (const found of inside.matchAll(escapes)) {
    bytes.push(...encoder.encode(inside.slice(from, found.index)));
    bytes.push(...escapedBytes(found));
    from = found.index + found[0].length;
  }
  bytes.push(...encoder.encode(inside.slice(from)));
  return Uint8Array.from(bytes);
}

function escapedBytes([, hex, octal, letter = '']: RegExpMatchArray): Iterable<number> {
  if (hex !== undefined) return [Number.parseInt(hex.slice(-2), 16)];
  if (octal !== undefined) return [Number.parseInt(octal, 8) & 255];
  const known = letters[letter];
  return known === undefined ? encoder.encode(letter) : [known];
}

/**
 * The value of a character constant's contents: `a`, `\n`, `\\`. It is one byte, or the code point of a wider
 * character.
 */
export function characterValue(inside: string): bigint {
  if (!inside.startsWith('\\')) return BigInt(inside.codePointAt(0) ?? 0);
  return BigInt(unescaped(inside)[0] ?? 0);
}
