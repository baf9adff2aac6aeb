/**
 * The dirty log: which pages of a memory were written since the last time someone asked.
 *
 * A page is watched while it is clean. Its first write is reported, and then it is not watched
 * any more, so that later writes cost nothing. Writes by instructions, writes by devices and
 * the setting of A and D bits all count.
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

  /** Numbers of the dirty pages, ascending. They stay dirty. */
  peek(): number[] {
    const pages: number[] = [];
    for (let page = this.#dirty.indexOf(1); page >= 0; page = this.#dirty.indexOf(1, page + 1))
      pages.push(page);
    return pages;
  }

  /** Numbers of the pages written since the last `take`, ascending. They become clean. */
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

  /** Ends the log: it stops watching all pages. */
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
