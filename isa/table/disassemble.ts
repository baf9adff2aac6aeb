/** Words to text: canonical assembly that assembles back to the same word. */
import { registerName } from './registers.ts';
import type { Instruction, Operand } from './row.ts';
import { systemRegisters } from './sysregs.ts';
import { decode, encode, shownFields } from './table.ts';
import { extract } from './picture.ts';

/** How to write a jump's target; by default as a hexadecimal address. */
export type TargetName = (address: number) => string;

/** `0x` and eight digits. */
export function hex(word: number): string {
  return `0x${(word >>> 0).toString(16).padStart(8, '0')}`;
}

function plainTarget(address: number): string {
  return `0x${address.toString(16)}`;
}

/**
 * The assembly of `word` standing at address `pc` (unsigned). A word that is no
 * instruction, or that has bits which assembly cannot say, becomes a `.word`.
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

/** The letters of a fence's set, bit 3 first. */
export const orderLetters = 'iorw';

function orderText(bits: number): string {
  const letters = [...orderLetters].filter((_, n) => (bits & (8 >> n)) !== 0);
  return letters.length === 0 ? '0' : letters.join('');
}
