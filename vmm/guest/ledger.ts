/** The monitor's account of one guest: every exit by its name, and who made each step. */

/** Exits that are no trap of the guest's own. */
export const EXIT = {
  TURN: 'timer: the turn ended',
  HIDDEN: 'shadow: hidden fault',
  TRUE: 'shadow: true fault',
  TRACE: 'shadow: trace hit',
  EXECUTED: 'shadow: executed for the guest',
  COMPRESSED: 'shadow: access to the compressed region',
  LINK: 'translator: unit not linked yet',
  TARGET: 'translator: indirect target not in the table',
  UNTRANSLATED: 'translator: executed for the guest',
  ADAPTED: 'callout: store to a traced page',
  BREAKPOINT: 'callout: breakpoint',
  NO_INSTRUCTION: 'callout: illegal instruction',
} as const;

/** A monitor's account of one guest. */
export class Ledger {
  /** Steps that the guest's own instructions made on the real machine. */
  direct = 0;
  /** Steps that the monitor made for the guest: emulated, reflected, interpreted. */
  byMonitor = 0;
  /** Sensitive instructions that translated code ran without an exit, if they are counted. */
  saved = 0;
  /** Exits by name. */
  readonly exits = new Map<string, number>();
  /** Told of every exit, for traces and recounts. */
  onExit: ((name: string, pc: number) => void) | undefined;

  exit(name: string, pc: number): void {
    this.exits.set(name, (this.exits.get(name) ?? 0) + 1);
    this.onExit?.(name, pc);
  }
}
