/** Notes of a run: the last trap that the guest took, and its last exit to the monitor. */
import { describeTrap } from '../../isa/machine/report.ts';
import { EXIT } from '../guest/ledger.ts';
import type { Subject } from './subject.ts';

/** Something that a step did. */
export interface Note {
  /** The step before which it had not happened. */
  readonly step: number;
  /** What it was, in words. */
  readonly name: string;
}

/**
 * Exits that come of what the monitor remembers, not of the guest's state alone: run again
 * from elsewhere, the guest may not cause them, so they are no place to go back to.
 */
export const ownExits: ReadonlySet<string> = new Set([
  EXIT.TURN,
  EXIT.HIDDEN,
  EXIT.TRACE,
  EXIT.EXECUTED,
  EXIT.COMPRESSED,
  EXIT.LINK,
  EXIT.TARGET,
  EXIT.UNTRANSLATED,
  EXIT.ADAPTED,
  EXIT.BREAKPOINT,
]);

export class Notes {
  trap: Note | undefined;
  exit: Note | undefined;

  constructor({ machine, ledger }: Subject) {
    const next = machine.onTrap;
    machine.onTrap = (cause, value, pc) => {
      this.trap = { step: machine.steps, name: describeTrap(cause >>> 0, value >>> 0) };
      next?.(cause, value, pc);
    };
    if (ledger === undefined) return;
    ledger.onExit = (name) => {
      if (!ownExits.has(name)) this.exit = { step: machine.steps, name };
    };
  }

  forget(): void {
    this.trap = undefined;
    this.exit = undefined;
  }
}
