/**
 * The processor as system instructions see it. The machine (isa/machine) is the only
 * implementation. The interface is here so that the table does not import the hardware.
 *
 * Addresses and words are 32-bit numbers. They may be signed or unsigned unless a comment says which.
 */

/** The result of translating an address without a trap. */
export interface Probe {
  /** Physical address (unsigned), or -1 if the address is unmapped or out of bounds. */
  readonly physical: number;
  /** The rights of the current ring, R W X U as bits 1 to 4; 0 if it has none. */
  readonly rights: number;
}

export interface Processor {
  /** General registers as signed words; x[0] is 0 and must stay so. */
  readonly x: Int32Array;
  /** The real STATUS (bits of `STATUS`). Assigning it ignores bits that do not exist. */
  status: number;
  /** Reads system register `number` (0 to 18). */
  readSystem(number: number): number;
  /** Writes a writable system register; bits that it does not have are ignored. */
  writeSystem(number: number, value: number): void;
  /** Translates `va` for the current ring and changes nothing. */
  probe(va: number): Probe;
  /** The word that a port gives. */
  input(port: number): number;
  /** Writes a word to a port. */
  output(port: number, value: number): void;
  /** Stops executing until an interrupt line is pending. */
  wait(): void;
  /**
   * What `vmcall`, the instruction `word` at `pc`, does: a call that is answered, or a trap; returns the next pc. Without it,
   * `vmcall` is an illegal instruction.
   */
  callMonitor?(word: number, pc: number): number;
  /**
   * What `vmrun`, the instruction `word` at `pc`, does: enters the guest of the control block; returns its pc. A processor
   * without it has no guest mode.
   */
  enterGuest?(block: number, word: number, pc: number): number;
  /** Takes a trap at `pc`; returns the address of the next instruction. Every trap is raised here. */
  trap(cause: number, value: number, pc: number): number;
}
