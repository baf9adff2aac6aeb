/** Little-endian records, and tables of strings. */

/** Writes fields one after another; each is a number and its size in bytes. */
export function record(...fields: readonly (readonly [value: number, bytes: 1 | 2 | 4])[]): Uint8Array {
  const bytes: number[] = [];
  for (const [value, size] of fields) {
    for (let n = 0; n < size; n++) bytes.push((value >>> (8 * n)) & 255);
  }
  return Uint8Array.from(bytes);
}

/** Byte arrays, one after another. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** An ELF string table while it grows; each text is stored once. */
export class StringTable {
  private readonly offsets = new Map<string, number>([['', 0]]);
  private readonly parts: Uint8Array[] = [new Uint8Array(1)];
  private size = 1;

  /** The offset of a text. */
  add(text: string): number {
    const known = this.offsets.get(text);
    if (known !== undefined) return known;
    const offset = this.size;
    const bytes = new TextEncoder().encode(`${text}\0`);
    this.offsets.set(text, offset);
    this.parts.push(bytes);
    this.size += bytes.length;
    return offset;
  }

  get bytes(): Uint8Array {
    return concatenate(this.parts);
  }
}
