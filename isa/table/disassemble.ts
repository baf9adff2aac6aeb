/** Words to text: canonical assembly that assembles back to the same word. */
import { registerName } from './registers.ts';
import type { Instruction, Operand } from './row.ts';
import { systemRegisters } from './sysregs.ts';
import { decode, encode, shownFields } from './table.ts';
import { extract } from './picture.ts';

/** Writes the target of a jump; by default as a hexadecimal address. */
export type TargetName = (address: number) => string;

/** `0x` and eight digits. */
export function hex(word: number): string {
  return `0x${(word >>> 0).toString(16).padStart(8, '0')}`;
}

function plainTarget(address: number): string {
  return `0x${address.toString(16)}`;
}

/**
 * The assembly of `word` at address `pc` (unsigned). A word becomes a `.word` if it is not
 * an instruction, or if it has bits that assembly cannot express.
 */
export function disassemble(word: number, pc: number, target: TargetName = plainTarget): string {
  const at = decode(word);
  if (at === undefined || encode(at.row, shownFields(at)) !== at.word) return `.word ${hex(word)}`;
  const operands = at.row.operands.map((operand) => operandText(at, operand, pc, target));
  return operands.length === 0 ? at.row.name : `${at.row.name} ${operands.join(', ')}`;
}

function operandText(at: Instruction, operand: Operand, pc: number, target: TargetName): string {
  switch (operand.kind) {
    case 'register':
      return registerName(at[operand.field]);
    case 'memory':
      return `${at.imm}(${registerName(at.rs1)})`;
    case 'imm':
    case 'shamt':
      return String(at.imm);
    case 'target':
      return target((pc + at.imm) >>> 0);
    case 'upper':
      return `0x${(at.imm >>> 12).toString(16)}`;
    case 'sr':
      return systemRegisters[at.imm]?.name ?? String(at.imm);
    case 'order':
      return orderText(extract(at.row.picture, operand.field, at.word));
  }
}

/** The letters of the set that a fence names, bit 3 first. */
export const orderLetters = 'iorw';

function orderText(bits: number): string {
  const letters = [...orderLetters].filter((_, n) => (bits & (8 >> n)) !== 0);
  return letters.length === 0 ? '0' : letters.join('');
}
