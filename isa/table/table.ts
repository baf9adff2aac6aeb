/** The instruction table: finds a row by name or by word. There is no other list of instructions. */
import { immediateField, type Instruction, instructionOf, type Row } from './row.ts';
import { systemRows } from './system.ts';
import { userRows } from './user.ts';
import { extract, fieldRange, insert, type Field } from './picture.ts';

/** Every instruction of Ring32. */
export const allRows: readonly Row[] = [...userRows, ...systemRows];

/** The instructions that every machine has, without those of features. */
export const plainRows: readonly Row[] = allRows.filter(({ feature }) => feature === undefined);

const byName: ReadonlyMap<string, Row> = new Map(allRows.map((row) => [row.name, row]));

/** The row of a mnemonic, if there is one. */
export function rowNamed(name: string): Row | undefined {
  return byName.get(name);
}

/** Rows by opcode (bits 6–0) and funct3 (bits 14–12), collected on first use, so that decoding tries only a few rows. */
const byOpcode: (readonly Row[] | undefined)[] = Array.from({ length: 1024 });

function rowsWith(key: number): readonly Row[] {
  const word = (key & 127) | ((key >>> 7) << 12);
  const rows = allRows.filter(({ picture }) => ((word ^ picture.match) & picture.mask & 0x707f) === 0);
  byOpcode[key] = rows;
  return rows;
}

/** The one row that `word` fits, or undefined for an illegal instruction. */
export function rowOf(word: number): Row | undefined {
  const key = (word & 127) | ((word >>> 5) & 0x380);
  const candidates = byOpcode[key] ?? rowsWith(key);
  return candidates.find(({ picture }) => ((word & picture.mask) ^ picture.match) === 0);
}

/** Decodes a word (signed or unsigned); undefined for an illegal instruction. */
export function decode(word: number): Instruction | undefined {
  const row = rowOf(word);
  return row && instructionOf(row, word);
}

/** The field values of an instruction to encode. `imm` is the immediate, whichever kind the row has. */
export type FieldValues = Partial<Record<Exclude<Field, 'shamt' | 'sr'>, number>>;

/**
 * Encodes an instruction as an unsigned word. Fields that are not given are 0. Throws a
 * RangeError that names the field if a value does not fit.
 */
export function encode(row: Row, values: FieldValues): number {
  let word = row.picture.match;
  for (const [key, value] of Object.entries(values)) {
    const field = key === 'imm' ? (immediateField(row) ?? 'imm') : (key as Field);
    const range = fieldRange(row.picture, field);
    if (range === undefined) throw new RangeError(`${row.name} has no field ${key}`);
    if (!(value >= range.min && value <= range.max && value % range.multiple === 0)) {
      throw new RangeError(`${row.name}: ${value} does not fit in ${key}`);
    }
    word |= insert(row.picture, field, value);
  }
  return word >>> 0;
}

/** The values of the fields that the operands of the row show, in the form that `encode` takes. */
export function shownFields(at: Instruction): FieldValues {
  const values: FieldValues = {};
  for (const operand of at.row.operands) {
    if (operand.kind === 'register') values[operand.field] = at[operand.field];
    else if (operand.kind === 'order') {
      values[operand.field] = extract(at.row.picture, operand.field, at.word);
    } else values.imm = at.imm;
    if (operand.kind === 'memory') values.rs1 = at.rs1;
  }
  return values;
}
