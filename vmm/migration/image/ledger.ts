/**
 * Which of the contents that were sent each unit has. Source and target keep one each, of the
 * same batches, and compare them before the guest changes hands: a unit that one of them left
 * out, put elsewhere or took for an older one is found out.
 *
 * Contents are counted as they are sent, and a unit's entry is the number of those it has. So
 * nobody sums contents up: that each arrives as it was sent, the frames' tags prove (wire/seal.ts).
 */
import { crc32 } from 'node:zlib';

export class Ledger {
  /** 0 = zeros, or nothing yet. */
  readonly #entries: Uint32Array;
  #sent = 0;

  constructor(units: number) {
    this.#entries = new Uint32Array(units);
  }

  /** The next contents are that unit's. */
  contents(unit: number): void {
    this.#entries[unit] = ++this.#sent;
  }

  zero(unit: number): void {
    this.#entries[unit] = 0;
  }

  /** The unit has what that other one has. */
  same(unit: number, as: number): void {
    this.#entries[unit] = this.#entries[as] as number;
  }

  /** A checksum over all entries. */
  digest(): number {
    const { buffer, byteOffset, byteLength } = this.#entries;
    return crc32(Buffer.from(buffer, byteOffset, byteLength));
  }
}
