/**
 * Finds a machine that only takes the same trap again and again: the instruction at TVEC traps itself, or cannot be fetched.
 * Arm calls this state lockup.
 */
import { SR, STATUS } from '../table/sysregs.ts';
import type { Machine } from './machine.ts';

export interface Lockup {
  readonly kind: 'lockup';
  readonly cause: number;
  readonly value: number;
}

/**
 * Stops the machine by `break` (see Machine.break) when a trap changes nothing except the step count, because then it would be
 * taken for ever. Returns a function that says whether that happened. An `onTrap` that was set before is still called.
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
 * Whether the trap that is about to be taken at TVEC changes nothing. That is so if RING, IF and R are as a trap sets them, if
 * the registers that a trap saves hold the same values already, and if no device can write to memory.
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
