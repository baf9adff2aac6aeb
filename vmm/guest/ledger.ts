/** The monitor's account of one guest: it counts the exits by name, and which steps the guest and the monitor made. */

/** Names of exits that are not traps of the guest itself. */
export const EXIT = {
  TURN: 'timer: the turn ended',
  HIDDEN: 'shadow: hidden fault',
  TRUE: 'shadow: true fault',
  TRACE: 'shadow: trace hit',
  EXECUTED: 'shadow: executed for the guest',
  COMPRESSED: 'shadow: access to the compressed region',
  WINDOW: 'hardware: interrupt window',
  IDLE: 'hardware: hlt waits',
  OUTSIDE: 'hardware: outside the nested map',
  UNPAGED: 'hardware: paging off, interpreted',
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
  /** How often each exit happened, by name. */
  readonly exits = new Map<string, number>();
  /** Called for every exit, with the pc of the guest, for traces and independent counts. */
  onExit: ((name: string, pc: number) => void) | undefined;

  /** Counts an exit. */
  exit(name: string, pc: number): void {
    this.exits.set(name, (this.exits.get(name) ?? 0) + 1);
    this.onExit?.(name, pc);
  }
}
