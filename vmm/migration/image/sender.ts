/**
 * Sends units of a guest, with what makes that cheap: zeros and repetitions go without
 * contents. A repetition says "as that unit is at the target", so it must be known what is
 * there: a unit counts as there from when it was sent until the guest writes it. Once the
 * guest runs at the target (post-copy), nothing is known, and nothing is repeated.
 *
 * Most units are like no other, and that must not cost a look at all their bytes: a sketch of
 * a few words tells most of them apart, and only units whose sketches are alike are compared.
 */
import { sameBytes, wordSum } from '../../../isa/machine/bytes.ts';
import { type Batch, BatchWriter } from './batch.ts';
import { Manifest } from './manifest.ts';
import { UNIT, type UnitLog, type Units } from './units.ts';

const zeros = new Uint8Array(UNIT);

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
  readonly #emit: (batch: Batch) => number;
  /** Whether the target's units stay as they were sent. */
  repeats = true;
  readonly #batch = new BatchWriter();
  readonly #manifest: Manifest;
  /** 1 = the target has it as it was read last. */
  readonly #there: Uint8Array;
  /** The first unit with that sketch; of others with it, one by the sum of its contents. */
  readonly #bySketch = new Map<number, number>();
  readonly #bySum = new Map<number, number>();
  tally: Tally = { sent: 0, zero: 0, repeated: 0, bytes: 0 };

  /** `emit` sends a batch and returns the bytes that took. */
  constructor(units: Units, log: Pick<UnitLog, 'has'>, emit: (batch: Batch) => number) {
    this.#units = units;
    this.#log = log;
    this.#emit = emit;
    this.#manifest = new Manifest(units.count);
    this.#there = new Uint8Array(units.count);
  }

  /** These units are about to be sent anew: what the target has of them is old. */
  expect(units: readonly number[]): void {
    for (const unit of units) this.#there[unit] = 0;
    this.tally = { sent: 0, zero: 0, repeated: 0, bytes: 0 };
  }

  /** Whether the unit was sent since it was last expected. */
  has(unit: number): boolean {
    return this.#there[unit] === 1;
  }

  /** Adds a unit, as it is now; sends the batch when it is full. */
  add(unit: number): void {
    const contents = this.#units.read(unit);
    const sketch = sketchOf(contents);
    if (sketch === 0 && sameBytes(contents, zeros)) {
      this.#manifest.zero(unit);
      this.#batch.zero(unit);
      this.tally.zero += 1;
    } else this.#addContents(unit, contents, sketch);
    this.#there[unit] = 1;
    this.tally.sent += 1;
    if (this.#batch.isFull) this.flush();
  }

  #addContents(unit: number, contents: Uint8Array, sketch: number): void {
    const like = this.repeats ? this.#alike(unit, contents, sketch) : undefined;
    if (like === undefined) {
      this.#manifest.contents(unit);
      this.#batch.raw(unit, contents);
    } else {
      this.#manifest.same(unit, like);
      this.#batch.same(unit, like);
      this.tally.repeated += 1;
    }
  }

  /** A unit that has the same contents at the target; undefined = none is known, and this one is noted. */
  #alike(unit: number, contents: Uint8Array, sketch: number): number | undefined {
    const first = this.#bySketch.get(sketch);
    if (first === undefined || !this.#isKnown(first, unit)) {
      this.#bySketch.set(sketch, unit);
      return undefined;
    }
    if (this.#isSame(first, contents)) return first;
    const sum = wordSum(contents);
    const other = this.#bySum.get(sum);
    if (other !== undefined && this.#isKnown(other, unit) && this.#isSame(other, contents)) return other;
    this.#bySum.set(sum, unit);
    return undefined;
  }

  /** Whether the target has `like`, another unit, as it is here now. */
  #isKnown(like: number, unit: number): boolean {
    return like !== unit && this.#there[like] === 1 && !this.#log.has(like);
  }

  #isSame(like: number, contents: Uint8Array): boolean {
    return sameBytes(this.#units.read(like), contents);
  }

  /** Sends what was added. */
  flush(): void {
    if (!this.#batch.isEmpty) this.tally.bytes += this.#emit(this.#batch.take());
  }

  /** What the target's manifest must come to. */
  digest(): number {
    return this.#manifest.digest();
  }
}

/** Words between two that the sketch looks at: odd, so that tables of small records show different fields. */
const stride = 65;

/** A few of a unit's words made one; 0 of zeros. */
function sketchOf(contents: Uint8Array): number {
  const words = new Int32Array(contents.buffer, contents.byteOffset, UNIT / 4);
  let sketch = 0;
  for (let at = 0; at < UNIT / 4; at += stride)
    sketch = Math.imul(sketch ^ (sketch >>> 15) ^ (words[at] as number), 0x9e3779b1);
  return sketch >>> 2;
}
