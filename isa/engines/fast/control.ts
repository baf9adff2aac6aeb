/** What branches and jumps have in common for both tiers. */
import type { Instruction } from '../../table/row.ts';

/** Whether a jump goes where a register says. */
export function isIndirect({ row }: Instruction): boolean {
  return row.operands.some(({ kind }) => kind === 'memory');
}

/** Whether a branch or direct jump at `pc` goes to an address that is not a multiple of 4, so that it traps. */
export function isMisaligned(pc: number, { imm }: Instruction): boolean {
  return ((pc + imm) & 3) !== 0;
}
