/**
 * Converts bytes to characters. A byte that is not UTF-8 becomes a single surrogate, U+DC80 to U+DCFF, as with Python's
 * "surrogateescape" (PEP 383). So the rest of the text can be read as usual, and messages can name and show the byte.
 */

const strict = new TextDecoder('utf-8', { fatal: true });
const lenient = new TextDecoder('utf-8');

const ESCAPED = 0xdc00;

/** The text of UTF-8 bytes, without a byte order mark. */
export function decodeBytes(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    const lines: string[] = [];
    for (let from = 0; from <= bytes.length; ) {
      const end = bytes.indexOf(10, from);
      const to = end < 0 ? bytes.length : end;
      lines.push(decodeLine(bytes.subarray(from, to)));
      from = to + 1;
    }
    return lines.join('\n');
  }
}

function decodeLine(bytes: Uint8Array): string {
  const text = lenient.decode(bytes);
  if (!text.includes('\ufffd')) return text;
  let result = '';
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] as number;
    const length = byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    const piece = lenient.decode(bytes.subarray(at, at + length));
    const isWhole = !piece.includes('\ufffd') && (byte < 0x80 || length > 1);
    result += isWhole ? piece : String.fromCharCode(ESCAPED + byte);
    at += isWhole ? length : 1;
  }
  return result;
}

/** The byte that a character of decodeBytes was made from; undefined if it is a real character. */
export function strayByte(character: string): number | undefined {
  const code = character.codePointAt(0) ?? 0;
  return code >= ESCAPED + 0x80 && code <= ESCAPED + 0xff ? code - ESCAPED : undefined;
}

/** The characters of Windows-1252 at 0x80 to 0x9f, where Latin-1 has none. Node 20's TextDecoder gets them wrong. */
const windows = '€�‚ƒ„…†‡ˆ‰Š‹Œ�Ž��‘’“”•–—˜™š›œ�žŸ';

/** The character that a stray byte has in Windows-1252, the likeliest encoding of text that is not UTF-8. */
export function latinLetter(byte: number): string {
  return windows[byte - 0x80] ?? String.fromCharCode(byte);
}

/**
 * A line that is safe to show on a screen, with every character in its column: stray bytes as in Windows-1252, control
 * characters as their Unicode pictures, and U+FFFD for characters that change the direction of writing.
 */
export function shown(line: string): string {
  return line
    .replace(/[\u{dc80}-\u{dcff}]/gu, (character) => latinLetter(strayByte(character) as number))
    .replace(/(?!\t)\p{Cc}/gu, (character) => picture(character.charCodeAt(0)))
    .replace(/[\u{202a}-\u{202e}\u{2066}-\u{2069}]/gu, '\ufffd');
}

function picture(control: number): string {
  if (control < 0x20) return String.fromCharCode(0x2400 + control);
  return control === 0x7f ? '\u2421' : '\ufffd';
}
