/**
 * The dirty log: which pages of a memory were written since it was asked last.
 *
 * A page is watched while it is clean; its first write is told and it is watched no more,
 * so that later writes to it cost nothing. Writes by instructions, by devices and the
 * marking of A and D alike.
 */
import { type Memory, WATCH } from './memory.ts';

const pageShift = 12;

export class DirtyLog {
  readonly #memory: Memory;
  /** One byte a page: 1 = dirty. */
  readonly #dirty: Uint8Array;
  readonly #unhear: () => void;

  /** Every page is clean at first. */
  constructor(memory: Memory) {
    this.#memory = memory;
    this.#dirty = new Uint8Array(memory.size >>> pageShift);
    for (let page = 0; page < this.#dirty.length; page++) memory.watch(page, WATCH.DIRTY);
    this.#unhear = memory.onWrite((at, length) => this.#written(at, length));
  }

  /** Numbers of the pages that are dirty, ascending; leaves them so. */
  peek(): number[] {
    const pages: number[] = [];
    for (let page = this.#dirty.indexOf(1); page >= 0; page = this.#dirty.indexOf(1, page + 1))
      pages.push(page);
    return pages;
  }

  /** Numbers of the pages written since the last `take`, ascending; from here on they are clean again. */
  take(): number[] {
    const pages = this.peek();
    for (const page of pages) {
      this.#dirty[page] = 0;
      this.#memory.watch(page, WATCH.DIRTY);
    }
    return pages;
  }

  /** Whether the page was written since the last `take`. */
  has(page: number): boolean {
    return this.#dirty[page] === 1;
  }

  /** Ends it: no page is watched for it any more. */
  close(): void {
    this.#unhear();
    for (let page = 0; page < this.#dirty.length; page++) this.#memory.unwatch(page, WATCH.DIRTY);
  }

  #written(at: number, length: number): void {
    const last = (at + length - 1) >>> pageShift;
    for (let page = at >>> pageShift; page <= last; page++) {
      if (this.#dirty[page] === 1) continue;
      this.#dirty[page] = 1;
      this.#memory.unwatch(page, WATCH.DIRTY);
    }
  }
}
