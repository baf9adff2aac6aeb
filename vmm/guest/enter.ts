/** The monitor's way into the guest: the real machine set up, and `iret`. */
import type { Engine } from '../../isa/engines/engine.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import { SR, STATUS } from '../../isa/table/sysregs.ts';
import { decode, rowNamed } from '../../isa/table/table.ts';

/** The real machine's state for the guest. Words signed or unsigned alike. */
export interface Entry {
  readonly pc: number;
  /** The real ring, and the user flags in their place in STATUS. */
  readonly ring: number;
  readonly flags: number;
  readonly ptbr: number;
  readonly limit: number;
  readonly base: number;
  readonly bound: number;
  /** Real steps after which the timer brings the monitor back. */
  readonly steps: number;
}

/** The longest that the real timer is set for: the surplus of translated code must fit in its counter. */
export const longestTurn = 2 ** 27;

/** Sets up the real machine and returns to the guest. */
export function enterGuest(real: Machine, entry: Entry): void {
  real.writeSystem(SR.PTBR, entry.ptbr);
  real.writeSystem(SR.LIMIT, entry.limit);
  real.writeSystem(SR.EPC, entry.pc);
  real.writeSystem(SR.ESTATUS, entry.flags | STATUS.IF | entry.ring);
  real.writeSystem(SR.ERBASE, entry.base);
  real.writeSystem(SR.ERBOUND, entry.bound);
  goOn(real, entry.steps);
}

const iret = decode(rowNamed('iret')?.picture.match ?? 0);

/** Goes on where the trap came, for `steps`: the monitor's last instruction before the guest's next is a step of the real machine. */
export function goOn(real: Machine, steps: number): void {
  if (iret?.row.effect.kind !== 'system') throw new Error('the table has no iret');
  real.writeSystem(SR.TIMER, steps);
  real.pc = iret.row.effect.run(real, iret, 0) >>> 0;
  real.steps += 1;
}

/** Runs the guest until a trap stops the real machine. Returns the steps made: all but the last, which is the trap. */
export function runToTrap(real: Machine, engine: Engine): number {
  const entered = real.steps;
  const stop = engine.run(Number.POSITIVE_INFINITY);
  if (stop.kind !== 'trap') throw new Error(`the real machine stopped by ${stop.kind} under its monitor`);
  return real.steps - entered - 1;
}
