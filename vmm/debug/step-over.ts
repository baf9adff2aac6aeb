/**
 * Steps that leave out what an instruction calls: over it, and out of where one is. A call is a jump that writes a
 * return address; a trap is a call of the guest's kernel.
 */
import { peekWord } from '../../isa/machine/report.ts';
import { decode } from '../../isa/table/table.ts';
import type { Halt, Session } from './session.ts';
import { patience } from './travels.ts';

/** Numbers of the registers of the calling convention: return address, stack pointer. */
const RA = 1;
const SP = 2;

/** One step; a call, or a trap, is gone through until it has returned. What is set meanwhile stops it, as in `Session.run`. */
export async function stepOver(session: Session): Promise<Halt> {
  const { machine, timeline } = session;
  const { pc, ring } = machine;
  const sp = stackPointer(session);
  const isCall = isCallAt(session, pc);
  timeline.notes.forget();
  const halt = await session.step();
  if (halt.kind !== 'stepped') return halt;
  if (timeline.notes.trap !== undefined)
    return await afterTrap(session, pc, () => machine.ring === ring && stackPointer(session) === sp);
  if (!isCall) return halt;
  return await session.runTo([next(pc)], () => machine.ring === ring && stackPointer(session) >= sp);
}

/** A handler returns to the instruction, or behind it. An interrupt returns to an instruction that is yet to be executed. */
async function afterTrap(session: Session, pc: number, isThere: () => boolean): Promise<Halt> {
  const halt = await session.runTo([pc, next(pc)], isThere);
  return halt.kind === 'stepped' && session.machine.pc === pc ? await stepOver(session) : halt;
}

/** Until the code here has returned to where it was called, or to the program that it was trapped from. */
export async function stepOut(session: Session, breathe: () => Promise<unknown>): Promise<Halt> {
  const { machine } = session;
  let breathed = performance.now();
  for (;;) {
    const { pc } = machine;
    const mayLeave = isReturnAt(session, pc);
    const halt = await stepOver(session);
    if (halt.kind !== 'stepped') return halt;
    if (mayLeave && machine.pc !== next(pc)) return halt;
    if (session.timeline.points.isAt(machine.pc) && session.isWanted({ kind: 'breakpoint' }))
      return { kind: 'breakpoint' };
    if (performance.now() - breathed < patience) continue;
    await breathe();
    breathed = performance.now();
  }
}

function next(pc: number): number {
  return (pc + 4) >>> 0;
}

function stackPointer({ machine }: Session): number {
  return (machine.x[SP] as number) >>> 0;
}

function instructionAt({ machine }: Session, pc: number) {
  const word = peekWord(machine, pc);
  return word === undefined ? undefined : decode(word);
}

function isCallAt(session: Session, pc: number): boolean {
  const instruction = instructionAt(session, pc);
  return instruction?.row.effect.kind === 'jump' && instruction.rd !== 0;
}

/** Whether it jumps to the return address, or is a system instruction: one that goes on elsewhere returns from a trap. */
function isReturnAt(session: Session, pc: number): boolean {
  const instruction = instructionAt(session, pc);
  if (instruction === undefined) return false;
  const { row, rd, rs1 } = instruction;
  return row.effect.kind === 'system' || (row.effect.kind === 'jump' && rd === 0 && rs1 === RA);
}
