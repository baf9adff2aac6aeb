/** Encodes the words that the translator writes, with the instruction table. */
import { encode, type FieldValues, rowNamed } from '../../isa/table/table.ts';

/** The word of the instruction `name`. */
export function word(name: string, values: FieldValues = {}): number {
  const row = rowNamed(name);
  if (row === undefined) throw new Error(`the table has no ${name}`);
  return encode(row, values);
}

/** The word at every callout. It traps from translated code to the monitor. */
export const CALLOUT = word('vmcall');

/** One or two words that set `register` to `value`. */
export function loadConstant(register: number, value: number): number[] {
  const low = (value << 20) >> 20;
  const high = (value - low) | 0;
  if (high === 0) return [word('addi', { rd: register, imm: low })];
  const upper = word('lui', { rd: register, imm: high });
  return low === 0 ? [upper] : [upper, word('addi', { rd: register, rs1: register, imm: low })];
}

/** Loads a word of the save area. */
export function fromSaveArea(register: number, slot: number): number {
  return word('lw', { rd: register, imm: slot });
}

export function toSaveArea(register: number, slot: number): number {
  return word('sw', { rs2: register, imm: slot });
}

/** The jump from `at` to `to`. */
export function jumpWord(at: number, to: number): number {
  return word('jal', { imm: to - at });
}

/** Whether a conditional branch at `at` reaches `to`. */
export function branchReaches(at: number, to: number): boolean {
  return to - at >= -4096 && to - at < 4096;
}
