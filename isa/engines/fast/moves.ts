/**
 * Finds system instructions that only copy a word from or to a system register. They are compiled to loads and
 * stores, because system registers are in memory.
 */
import type { Instruction, Place } from '../../table/row.ts';
import { SR, type SystemRegister, systemRegisters } from '../../table/sysregs.ts';

export type WordMove =
  | { readonly kind: 'get'; readonly register: SystemRegister }
  | { readonly kind: 'put'; readonly register: SystemRegister; readonly mask: number };

/** The move that an instruction makes in a ring that may execute it; undefined if it is no move, or may do more. */
export function wordMove(at: Instruction): WordMove | undefined {
  if (at.row.moves === undefined) return undefined;
  const [to, from] = at.row.moves;
  const source = registerAt(from, at);
  if (to === 'rd' && source?.holds) return { kind: 'get', register: source };
  const target = registerAt(to, at);
  if (from !== 'rs1' || target?.mask === undefined || target.acts !== undefined) return undefined;
  return { kind: 'put', register: target, mask: target.mask };
}

function registerAt(place: Place, { imm }: Instruction): SystemRegister | undefined {
  if (place === 'sr') return systemRegisters[imm];
  return place in SR ? systemRegisters[SR[place as keyof typeof SR]] : undefined;
}
