/**
 * Bit pictures: an instruction's encoding, written as the RISC-V manual draws it.
 *
 *     imm[11:0] rs1 000 rd 0010011        imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011
 *
 * From left (bit 31) to right (bit 0): digits 0 and 1 are fixed bits. `rd rs1 rs2 shamt`
 * are five bits wide, `pred succ fm` four, `sr` twelve. `imm[…]` lists which bits of
 * the immediate are in this place. `imm` is sign-extended from its highest bit; every other
 * field is unsigned. `shamt` and `sr` are decoded as immediates too.
 */

/** The name of a field. `shamt`, `sr` and `imm` all become the immediate of the decoded instruction. */
export type Field = 'rd' | 'rs1' | 'rs2' | 'imm' | 'shamt' | 'sr' | 'pred' | 'succ' | 'fm';

/** `width` bits of a field: bit `from` of its value and up, at bit `at` of the word and up. */
interface Piece {
  readonly field: Field;
  readonly at: number;
  readonly from: number;
  readonly width: number;
}

export interface Picture {
  /** Ones where the picture fixes the bit (unsigned 32-bit). */
  readonly mask: number;
  /** The values of the fixed bits (unsigned 32-bit): a word fits when `word & mask === match`. */
  readonly match: number;
  readonly pieces: readonly Piece[];
  /** The range of each field in the picture. */
  readonly ranges: ReadonlyMap<Field, FieldRange>;
}

/** The values that fit into a field: `min` to `max`, in multiples of `multiple`. */
export interface FieldRange {
  readonly min: number;
  readonly max: number;
  readonly multiple: number;
}

const plainWidths: Readonly<Record<string, number>> = {
  rd: 5,
  rs1: 5,
  rs2: 5,
  shamt: 5,
  pred: 4,
  succ: 4,
  fm: 4,
  sr: 12,
};

/** Reads a picture. Throws an Error that quotes it when it does not fill exactly 32 bits. */
export function parsePicture(text: string): Picture {
  let at = 32;
  let mask = 0;
  let match = 0;
  const pieces: Piece[] = [];
  for (const word of text.split(' ')) {
    if (/^[01]+$/.test(word)) {
      at -= word.length;
      mask |= (2 ** word.length - 1) << at;
      match |= Number.parseInt(word, 2) << at;
      continue;
    }
    for (const piece of fieldPieces(word, text)) {
      at -= piece.width;
      pieces.push({ ...piece, at });
    }
  }
  if (at !== 0) throw new Error(`bit picture "${text}" fills ${32 - at} bits, not 32`);
  const ranges = new Map(pieces.map(({ field }) => [field, rangeOf(pieces, field)]));
  return { mask: mask >>> 0, match: match >>> 0, pieces, ranges };
}

function fieldPieces(word: string, text: string): Omit<Piece, 'at'>[] {
  const plain = plainWidths[word];
  if (plain !== undefined) return [{ field: word as Field, from: 0, width: plain }];
  const bits = /^imm\[([\d:|]+)\]$/.exec(word)?.[1];
  if (bits === undefined) throw new Error(`bit picture "${text}": what is "${word}"?`);
  return bits.split('|').map((range) => {
    const [high, low = high] = range.split(':').map(Number) as [number, number?];
    return { field: 'imm', from: low, width: high - low + 1 };
  });
}

/** The value of `field` in `word`: signed for `imm`, unsigned otherwise; 0 when the picture has no such field. */
export function extract(picture: Picture, field: Field, word: number): number {
  let value = 0;
  let top = 0;
  for (const piece of picture.pieces) {
    if (piece.field !== field) continue;
    value |= ((word >>> piece.at) & (2 ** piece.width - 1)) << piece.from;
    top = Math.max(top, piece.from + piece.width);
  }
  return field === 'imm' && top < 32 ? (value << (32 - top)) >> (32 - top) : value;
}

/** The bits of a word that encode `value` in `field`. The caller has checked `value` against `fieldRange`. */
export function insert(picture: Picture, field: Field, value: number): number {
  let word = 0;
  for (const piece of picture.pieces) {
    if (piece.field !== field) continue;
    word |= ((value >>> piece.from) & (2 ** piece.width - 1)) << piece.at;
  }
  return word;
}

/** The values that fit into `field` of this picture, or undefined if the picture has no such field. */
export function fieldRange(picture: Picture, field: Field): FieldRange | undefined {
  return picture.ranges.get(field);
}

function rangeOf(all: readonly Piece[], field: Field): FieldRange {
  const pieces = all.filter((piece) => piece.field === field);
  const top = Math.max(...pieces.map((piece) => piece.from + piece.width));
  const multiple = 2 ** Math.min(...pieces.map((piece) => piece.from));
  if (field !== 'imm') return { min: 0, max: 2 ** top - 1, multiple };
  return { min: -(2 ** (top - 1)), max: 2 ** (top - 1) - multiple, multiple };
}
