/**
 * Finds, and compiles, system instructions that only copy a word from or to a system register. They become loads and
 * stores, because system registers are in memory.
 */
import { systemAt } from '../../machine/storage.ts';
import type { Instruction, Place } from '../../table/row.ts';
import { SR, type SystemRegister, systemRegisters } from '../../table/sysregs.ts';
import { type Code, OP } from './emitter.ts';

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

/** Emits the move. `push` pushes a general register; `set` sets one that is not x0 to the value on the stack. */
export function emitMove(
  code: Code,
  at: Instruction,
  push: (register: number) => void,
  set: (register: number) => void,
): void {
  const move = wordMove(at);
  const offset = systemAt + 4 * (move?.register.number ?? 0);
  if (move?.kind === 'put') {
    code.constant(0);
    push(at.rs1);
    code.constant(move.mask).op(OP.i32_and).memory(OP.i32_store, offset);
  } else if (at.rd !== 0) {
    code.constant(0).memory(OP.i32_load, offset);
    set(at.rd);
  }
}

function registerAt(place: Place, { imm }: Instruction): SystemRegister | undefined {
  if (place === 'sr') return systemRegisters[imm];
  return place in SR ? systemRegisters[SR[place as keyof typeof SR]] : undefined;
}
