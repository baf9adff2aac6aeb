/**
 * A machine that does nothing any more but take the same trap: the instruction at TVEC traps itself, or none can be
 * fetched there. Arm calls that state lockup.
 */
import { SR, STATUS } from '../table/sysregs.ts';
import type { Machine } from './machine.ts';

export interface Lockup {
  readonly kind: 'lockup';
  readonly cause: number;
  readonly value: number;
}

/**
 * Has the machine stop by `break` (see Machine.break) when a trap leaves everything as it was but the count of steps, for
 * it will be taken for ever then. Returns how to ask whether that happened. Whoever listened to traps before goes on.
 */
export function watchLockup(machine: Machine): () => Lockup | undefined {
  let lockup: Lockup | undefined;
  const next = machine.onTrap;
  machine.onTrap = (cause, value, pc) => {
    if (pc === (machine.readSystem(SR.TVEC) | 0) && isRepeated(machine, cause, value, pc)) {
      lockup = { kind: 'lockup', cause: cause >>> 0, value: value >>> 0 };
      machine.break();
    }
    next?.(cause, value, pc);
  };
  return () => lockup;
}

/**
 * Whether the trap, about to be taken at TVEC, changes nothing: in ring 0 without interrupts and under the whole of memory,
 * as traps leave a machine, with the registers of the last trap saying the same, while no device may write to memory.
 */
function isRepeated(machine: Machine, cause: number, value: number, pc: number): boolean {
  const { status, memory, disk, network } = machine;
  const reads = (number: number, word: number) => machine.readSystem(number) === (word | 0);
  return (
    (status & (STATUS.RING | STATUS.IF)) === 0 &&
    reads(SR.EPC, pc) &&
    reads(SR.ECAUSE, cause) &&
    reads(SR.EVAL, value) &&
    reads(SR.ESTATUS, status) &&
    [SR.RBASE, SR.ERBASE].every((number) => reads(number, 0)) &&
    [SR.RBOUND, SR.ERBOUND].every((number) => reads(number, memory.size)) &&
    !Number.isFinite(disk.doneAt) &&
    !Number.isFinite(network.eventAt) &&
    !network.canInterrupt()
  );
}
