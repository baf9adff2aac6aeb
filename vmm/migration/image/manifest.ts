/**
 * The manifest of a migration. Contents are numbered in the order in which they are sent, and the
 * manifest has, for each unit, the number of its contents. Source and target each write a manifest of the same
 * batches, and compare the two before the guest changes hands. That finds a unit that one side
 * left out, put in the wrong place or took for an older one.
 *
 * No checksum of the contents is needed: the tags of the frames prove that they arrived as they
 * were sent (wire/seal.ts).
 */
import { wordSum } from '../../../isa/machine/bytes.ts';

export class Manifest {
  /** 0 = zeros, or nothing yet. */
  readonly #entries: Uint32Array;
  #sent = 0;

  constructor(units: number) {
    this.#entries = new Uint32Array(units);
  }

  /** Notes that the next contents belong to this unit. */
  contents(unit: number): void {
    this.#entries[unit] = ++this.#sent;
  }

  zero(unit: number): void {
    this.#entries[unit] = 0;
  }

  /** Notes that the unit has the same contents as unit `as`. */
  same(unit: number, as: number): void {
    this.#entries[unit] = this.#entries[as] as number;
  }

  /** A sum over all entries. */
  digest(): number {
    const { buffer, byteOffset, byteLength } = this.#entries;
    return wordSum(new Uint8Array(buffer, byteOffset, byteLength));
  }
}
