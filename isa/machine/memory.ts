/**
 * Physical memory, little-endian, and who watches it.
 *
 * An engine that keeps something derived from memory (decoded instructions, compiled
 * code) marks the page in `watched` and is told of every later write to it.
 */
import type { DmaMemory } from './devices/dma.ts';
import type { Storage } from './storage.ts';

/**
 * Told that `length` bytes at physical address `at` were written. `mark`: a page-table entry was, and still lets pass
 * what it did, as when A or D is set.
 */
export type Watcher = (at: number, length: number, mark: boolean) => void;

/**
 * Bits of `Memory.watched`, one byte a page: the page has decoded instructions, has
 * compiled code, holds page tables that an engine's translations were taken from, is
 * traced by a monitor, is clean in a dirty log, has a watchpoint, holds page tables that a machine's TLB walked; NEXT: the page after it is watched, which matters to a store
 * across both.
 */
export const WATCH = {
  DECODED: 1,
  COMPILED: 2,
  TABLE: 4,
  TRACE: 8,
  DIRTY: 16,
  POINT: 32,
  WALKED: 64,
  NEXT: 128,
} as const;

const watchedHere = 127;

const pageShift = 12;

export class Memory implements DmaMemory {
  /** Bytes of physical memory: whole pages. */
  readonly size: number;
  readonly bytes: Uint8Array;
  /** The same memory as words, for aligned accesses. */
  readonly words: Int32Array;
  /** One byte a page, bits of WATCH: set by `watch`. */
  readonly watched: Uint8Array;
  readonly #watchers: Watcher[] = [];
  readonly #pageWatchers: ((page: number) => void)[] = [];
  readonly #view: DataView;
  /** The memory that this one is a part of, and where in it; a part has no watchers of its own. */
  readonly #whole: { readonly memory: Memory; readonly at: number } | undefined;
  // The two parts of the access that `split` set up.
  #first = 0;
  #inFirst = 0;
  #second = 0;

  constructor(
    { buffer, memoryAt, watchedAt }: Storage,
    size: number,
    whole?: { memory: Memory; at: number },
  ) {
    const at = memoryAt + (whole?.at ?? 0);
    this.size = size;
    this.bytes = new Uint8Array(buffer, at, size);
    this.words = new Int32Array(buffer, at, size / 4);
    this.#view = new DataView(buffer, at, size);
    this.watched = new Uint8Array(buffer, watchedAt + ((whole?.at ?? 0) >>> pageShift), size >>> pageShift);
    this.#whole = whole;
  }

  /** Has `watcher` told of writes to pages that somebody watches, until what is returned is called. */
  onWrite(watcher: Watcher): () => void {
    const whole = this.#whole;
    if (whole !== undefined) {
      return whole.memory.onWrite((at, length, mark) => {
        const from = Math.max(at - whole.at, 0);
        const to = Math.min(at - whole.at + length, this.size);
        if (from < to) watcher(from, to - from, mark);
      });
    }
    this.#watchers.push(watcher);
    return () => {
      this.#watchers.splice(this.#watchers.indexOf(watcher), 1);
    };
  }

  /** Has `watcher` told of every page that comes to be watched. */
  onWatch(watcher: (page: number) => void): void {
    this.#pageWatchers.push(watcher);
  }

  /** Reads `width` bytes at `at`, zero-extended to a signed word. The range is in memory. */
  read(at: number, width: number): number {
    if (width === 1) return this.bytes[at] as number;
    if (width === 2) return this.#view.getUint16(at, true);
    return (at & 3) === 0 ? (this.words[at >>> 2] as number) : this.#view.getInt32(at, true);
  }

  /** Writes the low `width` bytes of `value` at `at`, and tells the watchers. The range is in memory. */
  write(at: number, width: number, value: number): void {
    if (width === 1) this.bytes[at] = value;
    else if (width === 2) this.#view.setInt16(at, value, true);
    else if ((at & 3) === 0) this.words[at >>> 2] = value;
    else this.#view.setInt32(at, value, true);
    const seen =
      (this.watched[at >>> pageShift] as number) | (this.watched[(at + width - 1) >>> pageShift] as number);
    if ((seen & watchedHere) !== 0) this.#tell(at, width, false);
  }

  /** Writes a page-table entry that still lets pass what it did: A or D is set, a right is added, a page is mapped. */
  mark(at: number, entry: number): void {
    this.words[at >>> 2] = entry;
    if (this.watched[at >>> pageShift] !== 0) this.#tell(at, 4, true);
  }

  /** Asks for the watchers to be told of writes to page number `page`, for the reason `bit`. */
  watch(page: number, bit: number): void {
    if (this.#whole !== undefined) {
      this.#whole.memory.watch(page + (this.#whole.at >>> pageShift), bit);
      return;
    }
    if (((this.watched[page] as number) & watchedHere) === 0) {
      for (const watcher of this.#pageWatchers) watcher(page);
    }
    this.watched[page] = (this.watched[page] as number) | bit;
    if (page > 0) this.watched[page - 1] = (this.watched[page - 1] as number) | WATCH.NEXT;
  }

  /** Takes back `watch` for the reason `bit`. */
  unwatch(page: number, bit: number): void {
    if (this.#whole !== undefined) {
      this.#whole.memory.unwatch(page + (this.#whole.at >>> pageShift), bit);
      return;
    }
    const rest = (this.watched[page] as number) & ~bit;
    this.watched[page] = rest;
    if (page > 0 && (rest & watchedHere) === 0) {
      this.watched[page - 1] = (this.watched[page - 1] as number) & ~WATCH.NEXT;
    }
  }

  /** Sets up an access whose first `inFirst` bytes are at `first` and whose rest is at `second`. */
  split(first: number, inFirst: number, second: number): void {
    this.#first = first;
    this.#inFirst = inFirst;
    this.#second = second;
  }

  /** As `read`, over the two parts of `split`. */
  readSplit(width: number): number {
    let value = 0;
    for (let n = 0; n < width; n++) value |= (this.bytes[this.#splitAt(n)] as number) << (8 * n);
    return value;
  }

  /** As `write`, over the two parts of `split`. */
  writeSplit(width: number, value: number): void {
    const second = this.#second;
    const inFirst = this.#inFirst;
    for (let n = 0; n < width; n++) this.bytes[this.#splitAt(n)] = value >>> (8 * n);
    this.#tell(this.#first, inFirst, false);
    this.#tell(second, width - inFirst, false);
  }

  #splitAt(n: number): number {
    return n < this.#inFirst ? this.#first + n : this.#second + n - this.#inFirst;
  }

  readable(address: number, length: number): Uint8Array | undefined {
    return address + length <= this.size ? this.bytes.subarray(address, address + length) : undefined;
  }

  fill(address: number, bytes: Uint8Array): boolean {
    if (address + bytes.length > this.size) return false;
    this.bytes.set(bytes, address);
    this.#tell(address, bytes.length, false);
    return true;
  }

  #tell(at: number, length: number, mark: boolean): void {
    if (this.#whole !== undefined) this.#whole.memory.#tell(at + this.#whole.at, length, mark);
    else for (const watcher of this.#watchers) watcher(at, length, mark);
  }
}
