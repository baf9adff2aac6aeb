/**
 * A process's memory: the page tables that the machine walks, and what brk, mmap, munmap and mprotect make of
 * them. A virtual address is also the physical one. From low to high:
 *
 *     page 0           not mapped, so that a null pointer faults
 *     image            each page has the rights of the segments on it
 *     heap             up to what brk was last given
 *     free             not mapped
 *     mapped blocks    mmap gives them out from high to low
 *     guard            never mapped: a stack that runs over faults here
 *     stack            ends at `size`
 *     page tables      one for the root, then one word for each page; the process cannot reach them
 *
 * A page that is not mapped holds zeros, so mapping one has nothing to clear.
 */
import { type Image, ImageError } from '../../isa/machine/image.ts';
import type { Memory } from '../../isa/machine/memory.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import { PTE } from '../../isa/machine/translate.ts';

/** Rights of a page: bits of its page-table entry. */
export const RIGHT = { READ: PTE.R, WRITE: PTE.W, EXECUTE: PTE.X } as const;

const READ_WRITE = RIGHT.READ | RIGHT.WRITE;

/** What an entry with rights has besides them. A and D are set, so that accesses need not set them. */
const present = PTE.V | PTE.U | PTE.A | PTE.D;

/** Pages that one last-level table maps. */
const fanOut = 1024;

const pageOf = (address: number) => Math.floor(address / PAGE);
const pagesFor = (bytes: number) => Math.ceil(bytes / PAGE);

export class AddressSpace {
  /** Bytes that the process can address: the first address past its stack. */
  readonly size: number;
  /** The first address of the stack; the stack ends at `size`. */
  readonly stack: number;
  /** The value of PTBR that turns these page tables on. */
  readonly ptbr: number;
  readonly #memory: Memory;
  /** Physical address of page 0's entry; the others follow. */
  readonly #entries: number;
  /** The first address of the guard: mapped blocks end below it. */
  readonly #guard: number;
  readonly #heap: number;
  #break: number;

  /** Makes the page tables at the end of `memory`, for an image that is loaded. Throws ImageError when there is no room for a stack. */
  constructor(memory: Memory, image: Image) {
    const end = Math.max(...image.segments.map(({ address, size }) => address + size));
    this.size = userSize(memory.size);
    this.stack = this.size - stackSize(this.size);
    this.#guard = this.stack - guardSize(this.size);
    if (end > this.#guard)
      throw new ImageError('the image leaves no room for the stack: give the process more with --memory');
    this.#memory = memory;
    this.ptbr = this.size | PTE.V;
    this.#entries = this.size + PAGE;
    for (let n = 0; n < pagesFor(this.size / fanOut); n++)
      memory.write(this.size + 4 * n, 4, (this.#entries + n * PAGE) | PTE.V);
    this.#heap = pagesFor(end) * PAGE;
    this.#break = this.#heap;
    for (const { address, size, writable, executable } of image.segments) {
      const rights = RIGHT.READ | (writable ? RIGHT.WRITE : 0) | (executable ? RIGHT.EXECUTE : 0);
      this.#each(address, size, (page, entry) => this.#set(page, (entry & PTE.RIGHTS) | rights));
    }
    this.#each(this.stack, this.size - this.stack, (page) => this.#set(page, READ_WRITE));
  }

  /** Whether every page that the range touches has the right. */
  allows(address: number, length: number, right: number): boolean {
    return this.#every(address, length, (entry) => (entry & right) !== 0);
  }

  /** Whether every page that the range touches is mapped, whatever its rights. */
  isMapped(address: number, length: number): boolean {
    return this.#every(address, length, (entry) => entry !== 0);
  }

  /** Whether the range can be mapped, and no page that it touches is. */
  isFree(address: number, length: number): boolean {
    return (
      address >= PAGE && address + length <= this.size && this.#every(address, length, (entry) => entry === 0)
    );
  }

  /** Moves the end of the heap if it can, and returns where it is, as Linux's brk does. */
  setBreak(end: number): number {
    const from = pagesFor(this.#break) * PAGE;
    const to = pagesFor(end) * PAGE;
    if (end < this.#heap || to > this.#guard || (to > from && !this.isFree(from, to - from)))
      return this.#break;
    if (to > from) this.#map(from, to - from, READ_WRITE);
    else this.unmap(to, from - to);
    this.#break = end;
    return end;
  }

  /** Maps zeroed pages where it finds room, at `wanted` if that is free; returns their address, or undefined if there is no room. */
  map(wanted: number, length: number, rights: number): number | undefined {
    const hint = pagesFor(wanted) * PAGE;
    const isFree = wanted > 0 && hint + length <= this.#guard && this.isFree(hint, length);
    const at = isFree ? hint : this.#findGap(pagesFor(length));
    if (at !== undefined) this.#map(at, length, rights);
    return at;
  }

  /** Maps zeroed pages at `at`, a multiple of PAGE, instead of what is there; false if they are not all in 1 … `size`. */
  mapAt(at: number, length: number, rights: number): boolean {
    if (at < PAGE || at + pagesFor(length) * PAGE > this.size) return false;
    this.unmap(at, length);
    this.#map(at, length, rights);
    return true;
  }

  /** Unmaps the pages that the range touches, mapped or not. */
  unmap(at: number, length: number): void {
    const end = Math.min(at + length, this.size);
    this.#each(at, end - at, (page, entry) => {
      if (entry === 0) return;
      this.#memory.fill(page * PAGE, new Uint8Array(PAGE));
      this.#write(page, 0);
    });
  }

  /** Gives the pages that the range touches these rights; false, with nothing changed, if one of them is not mapped. */
  protect(at: number, length: number, rights: number): boolean {
    if (!this.isMapped(at, length)) return false;
    this.#each(at, length, (page) => this.#set(page, rights));
    return true;
  }

  /**
   * Makes the mapped range at `at` longer or shorter, with the rights of its first page, elsewhere if `mayMove` and there
   * is no room here. Returns where it is now, or undefined if there is no room.
   */
  resize(at: number, before: number, after: number, mayMove: boolean): number | undefined {
    const from = pagesFor(at + before) * PAGE;
    const to = pagesFor(at + after) * PAGE;
    const rights = this.#entry(pageOf(at)) & PTE.RIGHTS;
    if (to <= from) this.unmap(to, from - to);
    else if (to <= this.#guard && this.isFree(from, to - from)) this.#map(from, to - from, rights);
    else return mayMove ? this.#move(at, before, after, rights) : undefined;
    return at;
  }

  /** Why an access with the right faults at `address`, in words; undefined if nothing is wrong with the page. */
  explain(address: number, right: number): string | undefined {
    if (address < PAGE) return 'a null pointer, or one close to it: page 0 is never mapped';
    if (address >= this.size) return `past the end of the process's memory, ${hexOf(this.size)}`;
    if (address >= this.#guard && address < this.stack) return this.#explainGuard();
    const entry = this.#entry(pageOf(address));
    if (entry === 0) return 'nothing is mapped there';
    if ((entry & right) !== 0) return undefined;
    if (right === RIGHT.WRITE) return 'that page is read-only, as code and constants are';
    return right === RIGHT.EXECUTE ? 'that page holds data, not code' : 'that page cannot be read';
  }

  #explainGuard(): string {
    const size = (this.size - this.stack) / 2 ** 10;
    return `the stack has used up its ${size} KiB and run into the guard below it: a recursion without end?`;
  }

  #move(at: number, before: number, after: number, rights: number): number | undefined {
    const to = this.#findGap(pagesFor(after));
    if (to === undefined) return undefined;
    this.#map(to, after, rights);
    this.#memory.fill(to, this.#memory.bytes.slice(at, at + before));
    this.unmap(at, before);
    return to;
  }

  /** The highest free place for so many pages. */
  #findGap(pages: number): number | undefined {
    let found = 0;
    for (let page = pageOf(this.#guard) - 1; page >= pagesFor(this.#break); page--) {
      found = this.#entry(page) === 0 ? found + 1 : 0;
      if (found === pages) return page * PAGE;
    }
    return undefined;
  }

  #map(at: number, length: number, rights: number): void {
    this.#each(at, length, (page) => this.#set(page, rights));
  }

  // ---- Entries ----

  #entry(page: number): number {
    return this.#memory.words[(this.#entries >>> 2) + page] as number;
  }

  /** Gives a page these rights. What can be written can be read, as on Linux. */
  #set(page: number, rights: number): void {
    const readable = rights & RIGHT.WRITE ? RIGHT.READ : 0;
    this.#write(page, (page * PAGE) | present | rights | readable);
  }

  /** Writes an entry. One that takes nothing away leaves the engine's translations true, so the engine is not told to drop them. */
  #write(page: number, entry: number): void {
    const at = this.#entries + 4 * page;
    const before = this.#entry(page);
    if ((before & ~entry) === 0) this.#memory.mark(at, entry);
    else this.#memory.write(at, 4, entry);
  }

  #each(at: number, length: number, visit: (page: number, entry: number) => void): void {
    const end = pagesFor(at + length);
    for (let page = pageOf(at); page < end; page++) visit(page, this.#entry(page));
  }

  #every(at: number, length: number, holds: (entry: number) => boolean): boolean {
    if (length === 0) return true;
    if (at + length > this.size) return false;
    const end = pagesFor(at + length);
    for (let page = pageOf(at); page < end; page++) if (!holds(this.#entry(page))) return false;
    return true;
  }
}

/** What a process can address of a memory that also holds its page tables: whole pages, in bytes. */
function userSize(memory: number): number {
  return memory - (1 + pagesFor(memory / fanOut)) * PAGE;
}

/** The stack's part: 8 MiB, or a quarter of a small memory. */
function stackSize(size: number): number {
  return Math.min(8 * 2 ** 20, pagesFor(size / 4) * PAGE);
}

/** The guard's part: 1 MiB, so that no usual frame steps over it, or an eighth of a small stack. */
function guardSize(size: number): number {
  return Math.max(PAGE, Math.floor(stackSize(size) / 8 / PAGE) * PAGE);
}

const hexOf = (address: number) => `0x${address.toString(16)}`;
