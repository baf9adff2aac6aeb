/**
 * Physical memory, little-endian, and its watchers.
 *
 * An engine that stores something derived from memory (decoded instructions, compiled
 * code) marks the page in `watched`, and is told about every later write to it.
 */
import type { DmaMemory } from './devices/dma.ts';
import type { Storage } from './storage.ts';

/**
 * Called when `length` bytes at physical address `at` were written. `mark` is true if they are a page-table entry that
 * still allows everything it allowed before, as when A or D is set.
 */
export type Watcher = (at: number, length: number, mark: boolean) => void;

/**
 * Bits of `Memory.watched`, which has one byte for each page.
 *
 *   DECODED    the page contains decoded instructions
 *   COMPILED   it contains compiled code
 *   TABLE      it holds page tables from which an engine took translations
 *   TRACE      a monitor traces it
 *   DIRTY      a dirty log watches it, because it is clean
 *   POINT      it has a watchpoint
 *   WALKED     it holds page tables that the TLB of a machine walked
 *   NEXT       the next page is watched, which matters to a store across both
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

/** A machine's physical memory, or a virtual machine's part of it. Addresses are physical, in bytes from 0. */
export class Memory implements DmaMemory {
  /** Size of physical memory in bytes, a multiple of a page. */
  readonly size: number;
  /** The contents. A write here calls no watcher; use `write` or `fill` while a machine runs. */
  readonly bytes: Uint8Array;
  /** The same memory as words, for aligned accesses. */
  readonly words: Int32Array;
  /** One byte for each page, bits of WATCH; `watch` sets them. */
  readonly watched: Uint8Array;
  readonly #watchers: Watcher[] = [];
  readonly #pageWatchers: ((page: number) => void)[] = [];
  readonly #view: DataView;
  /** The memory that this one is a part of, and the offset in it. A part has no watchers of its own. */
  readonly #whole: { readonly memory: Memory; readonly at: number } | undefined;
  /** Number of its first page in the memory that it is a part of. */
  readonly #firstPage: number;
  /** The memories that are parts of this one: of virtual machines. */
  readonly #parts: Memory[] = [];
  /** One byte for each page, bits of WATCH: why this memory has it watched, whatever its parts and its whole do. */
  readonly #claims: Uint8Array;
  /** Numbers of the pages that were given back (see `giveBack`). */
  readonly #absent = new Set<number>();
  readonly #presenceListeners: (() => void)[] = [];
  // The two parts of the access that `split` set up.
  #first = 0;
  #inFirst = 0;
  #second = 0;

  constructor(
    { buffer, memoryAt, watchedAt }: Storage,
    size: number,
    whole?: { memory: Memory; at: number },
  ) {
    const at = whole ? whole.memory.bytes.byteOffset + whole.at : memoryAt;
    this.#firstPage = (whole?.at ?? 0) >>> pageShift;
    const watched = whole ? whole.memory.watched.byteOffset + this.#firstPage : watchedAt;
    this.size = size;
    this.bytes = new Uint8Array(buffer, at, size);
    this.words = new Int32Array(buffer, at, size / 4);
    this.#view = new DataView(buffer, at, size);
    this.watched = new Uint8Array(buffer, watched, size >>> pageShift);
    this.#claims = new Uint8Array(size >>> pageShift);
    this.#whole = whole;
    if (whole) whole.memory.#parts.push(this);
  }

  /** Calls `watcher` for writes to watched pages. Returns a function that ends this. */
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

  /** Calls `watcher` for every page that was not watched and now is. */
  onWatch(watcher: (page: number) => void): void {
    this.#pageWatchers.push(watcher);
  }

  /** Reads `width` bytes at `at`, zero-extended to a signed word. The range is in memory. */
  read(at: number, width: number): number {
    if (width === 1) return this.bytes[at] as number;
    if (width === 2) return this.#view.getUint16(at, true);
    return (at & 3) === 0 ? (this.words[at >>> 2] as number) : this.#view.getInt32(at, true);
  }

  /** Writes the low `width` bytes of `value` at `at`, and calls the watchers. The range is in memory. */
  write(at: number, width: number, value: number): void {
    if (width === 1) this.bytes[at] = value;
    else if (width === 2) this.#view.setInt16(at, value, true);
    else if ((at & 3) === 0) this.words[at >>> 2] = value;
    else this.#view.setInt32(at, value, true);
    const seen =
      (this.watched[at >>> pageShift] as number) | (this.watched[(at + width - 1) >>> pageShift] as number);
    if ((seen & watchedHere) !== 0) this.#tell(at, width, false);
  }

  /** Writes a page-table entry that still allows what it allowed before: A or D is set, a right is added, a page is mapped. */
  mark(at: number, entry: number): void {
    this.words[at >>> 2] = entry;
    if (this.watched[at >>> pageShift] !== 0) this.#tell(at, 4, true);
  }

  /** Has the watchers called for writes to page number `page`, for the reason `bit`. */
  watch(page: number, bit: number): void {
    this.#claims[page] = (this.#claims[page] as number) | bit;
    this.#setWatched(page, bit);
  }

  #setWatched(page: number, bit: number): void {
    if (this.#whole !== undefined) {
      this.#whole.memory.#setWatched(page + this.#firstPage, bit);
      return;
    }
    if (((this.watched[page] as number) & watchedHere) === 0) {
      for (const watcher of this.#pageWatchers) watcher(page);
    }
    this.watched[page] = (this.watched[page] as number) | bit;
    if (page > 0) this.watched[page - 1] = (this.watched[page - 1] as number) | WATCH.NEXT;
  }

  /** Undoes `watch` for the reason `bit`. The page stays watched if a part or the whole has it watched for the same reason. */
  unwatch(page: number, bit: number): void {
    this.#claims[page] = (this.#claims[page] as number) & ~bit;
    this.#clearWatched(page, bit);
  }

  #clearWatched(page: number, bit: number): void {
    if (this.#whole !== undefined) {
      this.#whole.memory.#clearWatched(page + this.#firstPage, bit);
      return;
    }
    if (this.#isClaimed(page, bit)) return;
    const rest = (this.watched[page] as number) & ~bit;
    this.watched[page] = rest;
    if (page > 0 && (rest & watchedHere) === 0) {
      this.watched[page - 1] = (this.watched[page - 1] as number) & ~WATCH.NEXT;
    }
  }

  /** Whether this memory or a part of it has the page watched for the reason `bit`. */
  #isClaimed(page: number, bit: number): boolean {
    if (((this.#claims[page] ?? 0) & bit) !== 0) return true;
    return this.#parts.some((part) => part.#isClaimed(page - part.#firstPage, bit));
  }

  /** Prepares an access whose first `inFirst` bytes are at `first` and whose other bytes are at `second`. */
  split(first: number, inFirst: number, second: number): void {
    this.#first = first;
    this.#inFirst = inFirst;
    this.#second = second;
  }

  /** Like `read`, from the two parts that `split` set. */
  readSplit(width: number): number {
    let value = 0;
    for (let n = 0; n < width; n++) value |= (this.bytes[this.#splitAt(n)] as number) << (8 * n);
    return value;
  }

  /** Like `write`, to the two parts that `split` set. */
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

  // ---- Pages given back (isa/machine/paravirtual) ----

  /** Whether some pages were given back. */
  get hasAbsent(): boolean {
    return this.#absent.size > 0;
  }

  /** Numbers of the pages that were given back, ascending. */
  get absent(): readonly number[] {
    return [...this.#absent].sort((a, b) => a - b);
  }

  /** Whether the `length` bytes from `address` on are all in memory, on pages that were not given back. */
  has(address: number, length: number): boolean {
    if (address + length > this.size) return false;
    if (this.#absent.size === 0) return true;
    const last = (address + Math.max(length, 1) - 1) >>> pageShift;
    for (let page = address >>> pageShift; page <= last; page++) if (this.#absent.has(page)) return false;
    return true;
  }

  /** Gives pages back, by their numbers: they are filled with zeros, and no access or device reaches them any more. */
  giveBack(pages: readonly number[]): void {
    for (const page of pages) {
      this.fill(page << pageShift, new Uint8Array(1 << pageShift));
      this.#absent.add(page);
    }
    for (const listener of this.#presenceListeners) listener();
  }

  /** Takes pages that were given back, which contain zeros. */
  takeBack(pages: readonly number[]): void {
    for (const page of pages) this.#absent.delete(page);
    for (const listener of this.#presenceListeners) listener();
  }

  /** Makes these the pages that were given back, whatever they contain, and no others. */
  setAbsent(pages: readonly number[]): void {
    if (pages.length === 0 && this.#absent.size === 0) return;
    this.#absent.clear();
    for (const page of pages) this.#absent.add(page);
    for (const listener of this.#presenceListeners) listener();
  }

  /** Calls `listener` whenever pages were given or taken back. */
  onPresence(listener: () => void): void {
    this.#presenceListeners.push(listener);
  }

  /** The bytes from `address` on, for a device to read; undefined if not all of them are in memory. */
  readable(address: number, length: number): Uint8Array | undefined {
    return this.has(address, length) ? this.bytes.subarray(address, address + length) : undefined;
  }

  /** As `fill`, for a device: false, too, if some of the bytes are on a page that was given back. */
  put(address: number, bytes: Uint8Array): boolean {
    return this.has(address, bytes.length) && this.fill(address, bytes);
  }

  /**
   * Writes bytes from `address` on, and calls the watchers. False if they do not fit in memory; then nothing is
   * written.
   */
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
