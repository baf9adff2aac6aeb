/**
 * A translation lookaside buffer (TLB) that software cannot see. It remembers the results of walks, so that the next
 * access to the same page needs no walk. Software must flush a real TLB when a page table changes. This one watches the
 * tables that were walked, and forgets everything when one of them is written.
 *
 * It holds only accesses that are allowed and change nothing: A, and D for stores, are already set.
 */
import { type Memory, WATCH } from './memory.ts';
import { PAGE } from './storage.ts';
import type { Access } from './translate.ts';

/** Number of entries for each kind of access. The low bits of its number say which entry a page uses. */
const size = 256;

/** A key consists of the virtual page number (20 bits), whether the ring is 3, and the epoch. No key is -1. */
const ring3 = 2 ** 20;
const epochShift = 21;
const epochs = 1023;

export class Tlb {
  readonly #memory: Memory;
  readonly #keys = new Int32Array(3 * size).fill(-1);
  readonly #frames = new Int32Array(3 * size);
  /** Numbers of the physical pages that contain walked tables. */
  readonly #walked = new Set<number>();
  /** The bit of the key that says whether the current ring is 3. */
  #ring = 0;
  /** A flush starts a new epoch; keys of older epochs do not match any more. */
  #epoch = 0;
  #isWatching = false;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** Sets the ring of the accesses that follow. */
  enter(ring: number): void {
    this.#ring = ring === 3 ? ring3 : 0;
  }

  /** Physical address of the page of `va` (unsigned) for this kind of access in the current ring; -1 if not known. */
  find(va: number, access: Access): number {
    const page = va >>> 12;
    const place = access * size + (page & (size - 1));
    const key = page | this.#ring | (this.#epoch << epochShift);
    return this.#keys[place] === key ? (this.#frames[place] as number) : -1;
  }

  /** Remembers the page of `va`, which allows this access. The pages of the tables that say so are watched already. */
  add(va: number, access: Access, physical: number): void {
    const page = va >>> 12;
    const place = access * size + (page & (size - 1));
    this.#keys[place] = page | this.#ring | (this.#epoch << epochShift);
    this.#frames[place] = physical & -PAGE;
  }

  /** Forgets everything, because another root table is in use. */
  flush(): void {
    this.#epoch += 1;
    if (this.#epoch < epochs) return;
    this.#epoch = 0;
    this.#keys.fill(-1);
  }

  /** Has a write to this page, which contains page tables, noticed. */
  watch(page: number): void {
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
