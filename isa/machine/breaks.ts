/**
 * Breakpoints as engines see them: where execution is to stop before an instruction. Whoever
 * debugs makes the object and hands it to the machine (`Machine.breaks`), a new one when the
 * addresses change. Writes are watched elsewhere: Memory.watch.
 */
export interface Breaks {
  /** Virtual addresses, unsigned, in every address space and ring. */
  readonly addresses: ReadonlySet<number>;
  /**
   * An engine is about to execute the instruction at one of them. True = it does not, for
   * the machine was asked to stop (`Machine.break`).
   */
  readonly arrive: () => boolean;
}
