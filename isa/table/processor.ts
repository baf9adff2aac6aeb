/**
 * The processor as system instructions see it. The machine (isa/machine) is the only
 * implementation; the interface stands here so that the table imports no hardware.
 *
 * Addresses and words are 32-bit numbers, signed or unsigned alike unless said.
 */

/** What one translation without a trap found. */
export interface Probe {
  /** Physical address (unsigned), or -1 when unmapped or out of bounds. */
  readonly physical: number;
  /** R W X U as bits 1 to 4, as accessible from the current ring; 0 if none. */
  readonly rights: number;
}

export interface Processor {
  /** General registers as signed words; x[0] is 0 and must stay so. */
  readonly x: Int32Array;
  /** STATUS as it really is (bits of `STATUS`); assigning keeps only bits that exist. */
  status: number;
  /** Reads system register `number` (0 to 18). */
  readSystem(number: number): number;
  /** Writes a writable system register, keeping the bits it has. */
  writeSystem(number: number, value: number): void;
  /** Translates `va` for the current ring, changing nothing. */
  probe(va: number): Probe;
  input(port: number): number;
  output(port: number, value: number): void;
  /** Stops executing until an interrupt line is pending. */
  wait(): void;
  /** Takes a trap at `pc`; returns the address to go on at. The one place that raises traps. */
  trap(cause: number, value: number, pc: number): number;
}
