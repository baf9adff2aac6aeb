/**
 * A translation lookaside buffer that software cannot see: pages whose translation was walked, so that the next
 * access to one need not walk again. Real ones must be flushed by software when a page table changes. This one
 * watches the tables that it walked, and forgets everything when one of them is written.
 *
 * It holds only accesses that pass and change nothing: A, and D for stores, are set already.
 */
import { type Memory, WATCH } from './memory.ts';
import { PAGE } from './storage.ts';
import type { Access } from './translate.ts';

/** Entries for each kind of access; a page has one place, by the low bits of its number. */
const size = 256;

/** A key is a virtual page's number (20 bits), whether ring 3 asks, and the epoch. No key is -1. */
const ring3 = 2 ** 20;
const epochShift = 21;
const epochs = 1023;

export class Tlb {
  readonly #memory: Memory;
  readonly #keys = new Int32Array(3 * size).fill(-1);
  readonly #frames = new Int32Array(3 * size);
  /** Physical pages with the tables that were walked. */
  readonly #walked = new Set<number>();
  /** In the place of a key: whether ring 3 asks now. */
  #ring = 0;
  /** A flush begins the next epoch, in which older keys match nothing. */
  #epoch = 0;
  #isWatching = false;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** From now on accesses are made in this ring. */
  enter(ring: number): void {
    this.#ring = ring === 3 ? ring3 : 0;
  }

  /** Physical address of the page of `va` (unsigned) for an access of that kind in the present ring; -1 = not here. */
  find(va: number, access: Access): number {
    const page = va >>> 12;
    const place = access * size + (page & (size - 1));
    const key = page | this.#ring | (this.#epoch << epochShift);
    return this.#keys[place] === key ? (this.#frames[place] as number) : -1;
  }

  /** Remembers where the page of `va` is: its entry at `leaf` lets such an access pass. The root table is at `root`. */
  add(va: number, access: Access, physical: number, root: number, leaf: number): void {
    this.#watch(root >>> 12);
    this.#watch(leaf >>> 12);
    const page = va >>> 12;
    const place = access * size + (page & (size - 1));
    this.#keys[place] = page | this.#ring | (this.#epoch << epochShift);
    this.#frames[place] = physical & -PAGE;
  }

  /** Forgets everything: another root table is in use. */
  flush(): void {
    this.#epoch += 1;
    if (this.#epoch < epochs) return;
    this.#epoch = 0;
    this.#keys.fill(-1);
  }

  #watch(page: number): void {
    if (this.#walked.has(page)) return;
    if (!this.#isWatching) this.#memory.onWrite((at, length, mark) => this.#written(at, length, mark));
    this.#isWatching = true;
    this.#walked.add(page);
    this.#memory.watch(page, WATCH.WALKED);
  }

  #written(at: number, length: number, mark: boolean): void {
    if (mark || !(this.#walked.has(at >>> 12) || this.#walked.has((at + length - 1) >>> 12))) return;
    this.flush();
    for (const page of this.#walked) this.#memory.unwatch(page, WATCH.WALKED);
    this.#walked.clear();
  }
}
