/**
 * Sends units of a guest, with what makes that cheap: zeros and repetitions go without
 * contents. A repetition says "as that unit is at the target", so it must be known what is
 * there: a unit counts as there from when it was sent until the guest writes it. Once the
 * guest runs at the target (post-copy), nothing is known, and nothing is repeated.
 */
import { crc32 } from 'node:zlib';
import { BatchWriter } from './batch.ts';
import { UNIT, type UnitLog, type Units } from './units.ts';

const zeros = Buffer.alloc(UNIT);

/** How much of what was sent had what form. */
export interface Tally {
  sent: number;
  zero: number;
  repeated: number;
  bytes: number;
}

export class UnitSender {
  readonly #units: Units;
  readonly #log: Pick<UnitLog, 'has'>;
  readonly #emit: (...parts: Uint8Array[]) => number;
  /** Whether the target's units stay as they were sent. */
  repeats = true;
  readonly #batch = new BatchWriter();
  /** Checksum of what was sent last of each unit. */
  readonly #sums: Uint32Array;
  /** 1 = the target has it as it was read last. */
  readonly #there: Uint8Array;
  readonly #bySum = new Map<number, number>();
  tally: Tally = { sent: 0, zero: 0, repeated: 0, bytes: 0 };

  /** `emit` sends a batch given in parts, which are copied, and returns the bytes that took. */
  constructor(units: Units, log: Pick<UnitLog, 'has'>, emit: (...parts: Uint8Array[]) => number) {
    this.#units = units;
    this.#log = log;
    this.#emit = emit;
    this.#sums = new Uint32Array(units.count);
    this.#there = new Uint8Array(units.count);
  }

  /** These units are about to be sent anew: what the target has of them is old. */
  expect(units: readonly number[]): void {
    for (const unit of units) this.#there[unit] = 0;
  }

  /** Whether the unit was sent since it was last expected. */
  has(unit: number): boolean {
    return this.#there[unit] === 1;
  }

  /** Adds a unit, as it is now; sends the batch when it is full. */
  add(unit: number): void {
    const contents = this.#units.read(unit);
    if (Buffer.compare(contents, zeros) === 0) {
      this.#note(unit, 0);
      this.#batch.zero(unit);
      this.tally.zero += 1;
    } else this.#addContents(unit, contents);
    this.tally.sent += 1;
    if (this.#batch.isFull) this.flush();
  }

  #addContents(unit: number, contents: Uint8Array): void {
    const sum = crc32(contents);
    const like = this.#bySum.get(sum);
    if (like !== undefined && this.#isStill(like, unit, contents)) {
      this.#batch.same(unit, like);
      this.tally.repeated += 1;
    } else {
      this.#batch.raw(unit, contents);
      this.#bySum.set(sum, unit);
    }
    this.#note(unit, sum);
  }

  /** Whether the target has in `like` exactly `contents` now. */
  #isStill(like: number, unit: number, contents: Uint8Array): boolean {
    if (!this.repeats || like === unit || this.#there[like] === 0 || this.#log.has(like)) return false;
    return Buffer.compare(this.#units.read(like), contents) === 0;
  }

  #note(unit: number, sum: number): void {
    this.#sums[unit] = sum;
    this.#there[unit] = 1;
  }

  /** Sends what was added. */
  flush(): void {
    if (!this.#batch.isEmpty) this.tally.bytes += this.#emit(...this.#batch.take());
  }

  /** Whether the target has every unit as it was read last. */
  get isWhole(): boolean {
    return this.#there.every((there) => there === 1);
  }

  /** Checksum over the checksums of what was sent last of each unit. */
  digest(): number {
    return digestOf(this.#sums);
  }
}

/** Checksum over the units' checksums: what both sides compare before the guest changes hands. */
export function digestOf(sums: Uint32Array): number {
  return crc32(Buffer.from(sums.buffer, sums.byteOffset, sums.byteLength));
}

/** The checksum of a unit that came with contents, or as zeros. */
export function sumOf(contents: Uint8Array | 'zero'): number {
  return contents === 'zero' ? 0 : crc32(contents);
}
