/**
 * Puts units into the guest's memory as their batches come, and stores them. The other side is sender.ts.
 */
import { FieldError } from '../../wire/schema.ts';
import type { GuestStore } from '../moving-guest.ts';
import { UnitWriter } from './unit-writer.ts';
import { readBatch, type UnitRun } from './batch.ts';
import { Manifest } from './manifest.ts';
import { UNIT, type Units } from './units.ts';

export class UnitReceiver {
  /** Units that came, those that came again counted again. */
  received = 0;
  /** Units that are not here. */
  missing: number;
  readonly #units: Units;
  readonly #store: GuestStore;
  readonly #writer: UnitWriter;
  readonly #manifest: Manifest;
  /** 1 = the unit is here. */
  readonly #here: Uint8Array;

  /** `memory`: the guest's. */
  constructor(units: Units, store: GuestStore, memory: Uint8Array) {
    this.#units = units;
    this.#store = store;
    this.#writer = new UnitWriter(store, memory);
    this.#manifest = new Manifest(units.count);
    this.#here = new Uint8Array(units.count);
    this.missing = units.count;
  }

  /** These units are here from before. */
  have(units: readonly number[]): void {
    for (const unit of units) this.#here[unit] = 1;
    this.missing = this.#here.filter((isHere) => isHere === 0).length;
  }

  /** Whether the unit is here. */
  has(unit: number): boolean {
    return this.#here[unit] === 1;
  }

  /** A bit for each unit, set if it is here; bit 0 of byte 0 is unit 0's. */
  bits(): Uint8Array {
    const bits = new Uint8Array(Math.ceil(this.#units.count / 8));
    for (const [unit, here] of this.#here.entries())
      if (here === 1) bits[unit >>> 3] = (bits[unit >>> 3] as number) | (1 << (unit & 7));
    return bits;
  }

  /** Takes a batch while the guest runs elsewhere: what comes again is newer. Throws FieldError. */
  take(batch: Uint8Array): void {
    for (const run of readBatch(batch, this.#units.count)) {
      // A new machine and a new keep are zero already.
      for (const part of run.contents === 'zero' ? this.#parts(run, true) : [run]) {
        this.#place(part);
        const inMemory = Math.min(part.count, this.#units.pages - part.first);
        if (inMemory > 0) this.#writer.add(part.first, inMemory);
      }
      this.#note(run);
    }
  }

  /** Calls `done` when all that came is kept, or cannot be. */
  whenKept(done: (error?: Error) => void): void {
    this.#writer.whenKept(done);
  }

  /** Nothing of it is wanted any more. */
  abandon(): void {
    this.#writer.abandon();
  }

  /**
   * Takes a batch while the guest runs here: what is here already may have been written since, and stays. Units are here
   * only when they are stored: the source forgets the guest when it is told that all of them are. Throws FieldError, and
   * the system's error.
   */
  takeMissing(batch: Uint8Array): void {
    const fresh: UnitRun[] = [];
    for (const run of readBatch(batch, this.#units.count)) {
      if (typeof run.contents === 'number') throw new FieldError('a repetition while the guest runs');
      for (const part of this.#parts(run, false)) {
        this.#store.writeUnits(part.first, this.#place(part));
        fresh.push(part);
      }
    }
    this.#store.notePresent(
      fresh.flatMap(({ first, count }) => Array.from({ length: count }, (_, n) => first + n)),
    );
    for (const part of fresh) this.#note(part);
  }

  /** The parts of a run whose units are here, or are not. */
  *#parts({ first, count, contents }: UnitRun, here: boolean): Generator<UnitRun> {
    const end = first + count;
    for (let from = first; from < end; ) {
      let to = from;
      while (to < end && this.has(to) === here) to += 1;
      if (to > from) {
        const [start, stop] = [(from - first) * UNIT, (to - first) * UNIT];
        const own = contents instanceof Uint8Array ? contents.subarray(start, stop) : contents;
        yield { first: from, count: to - from, contents: own };
      }
      from = Math.max(to, from + 1);
    }
  }

  /** Puts units in place; returns their contents. */
  #place({ first, count, contents: from }: UnitRun): Uint8Array {
    const contents =
      from === 'zero'
        ? new Uint8Array(count * UNIT)
        : typeof from === 'number'
          ? this.#units.read(from)
          : from;
    this.#units.write(first, contents);
    return contents;
  }

  #note({ first, count, contents: from }: UnitRun): void {
    for (let unit = first; unit < first + count; unit++) {
      if (from === 'zero') this.#manifest.zero(unit);
      else if (typeof from === 'number') this.#manifest.same(unit, from);
      else this.#manifest.contents(unit);
      if (this.#here[unit] === 0) this.missing -= 1;
      this.#here[unit] = 1;
    }
    this.received += count;
  }

  /** What the source's manifest must come to. */
  digest(): number {
    return this.#manifest.digest();
  }
}
