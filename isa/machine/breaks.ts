/**
 * Breakpoints as engines see them: the addresses at which to stop before the instruction. A
 * debugger makes the object and gives it to the machine (`Machine.breaks`), and a new one when
 * the addresses change. Watchpoints use Memory.watch instead.
 */
export interface Breaks {
  /** Virtual addresses, unsigned, in every address space and ring. */
  readonly addresses: Pick<ReadonlySet<number>, 'has'>;
  /**
   * Called when an engine is about to execute the instruction at one of these addresses, with that address. If it
   * returns true, the engine does not execute it, because the machine was asked to stop
   * (`Machine.break`).
   */
  readonly arrive: (pc: number) => boolean;
}
