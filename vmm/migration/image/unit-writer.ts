/**
 * Saves units of memory in the background: a unit that has arrived is put into the guest's memory and written from
 * there. There is one write at a time, so that the newest contents of a unit are written last. A unit that waits to be
 * written is one mark, however often it arrives.
 */
import { UNIT } from './units.ts';
import type { GuestStore } from '../moving-guest.ts';

/** Most units of a write. */
const mostUnits = 4096;

export class UnitWriter {
  readonly #store: GuestStore;
  readonly #memory: Uint8Array;
  /** One byte a unit: 1 = to be written. */
  readonly #waiting: Uint8Array;
  #isWriting = false;
  #error: Error | undefined;
  #done: ((error?: Error) => void) | undefined;

  /** `memory`: the guest's, whole units. */
  constructor(store: GuestStore, memory: Uint8Array) {
    this.#store = store;
    this.#memory = memory;
    this.#waiting = new Uint8Array(memory.length / UNIT);
  }

  /** Has units from `first` on written as they are in memory. Throws the error of a write before; `whenKept` has all errors. */
  add(first: number, count: number): void {
    if (this.#error) throw this.#error;
    this.#waiting.fill(1, first, first + count);
    this.#next();
  }

  /** Calls `done` once, when nothing waits any more or a write has failed. */
  whenKept(done: (error?: Error) => void): void {
    this.#done = done;
    this.#next();
  }

  /** Writes no more, and tells nobody. */
  abandon(): void {
    this.#waiting.fill(0);
    this.#done = undefined;
  }

  #next(): void {
    if (this.#isWriting) return;
    const first = this.#error ? -1 : this.#waiting.indexOf(1);
    if (first < 0) {
      const done = this.#done;
      this.#done = undefined;
      done?.(this.#error);
      return;
    }
    const after = this.#waiting.indexOf(0, first);
    const end = Math.min(after < 0 ? this.#waiting.length : after, first + mostUnits);
    this.#waiting.fill(0, first, end);
    this.#isWriting = true;
    const done = (error?: Error) => {
      this.#isWriting = false;
      this.#error ??= error;
      this.#next();
    };
    try {
      this.#store.writeUnitsLater(first, this.#memory.subarray(first * UNIT, end * UNIT), done);
    } catch (error) {
      // There may be nobody above who could catch it: the write before this one has called us.
      done(error as Error);
    }
  }
}
