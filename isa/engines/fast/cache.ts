/**
 * Stores the compiled code of both tiers, batches of blocks and regions, by the physical address and ring where it can be
 * entered. Code is dropped when a word from which it was made is written. Through the jump cache, compiled code
 * continues in other compiled code without returning to the engine; the jump cache contains only code that is valid now.
 */
import type { Memory } from '../../machine/memory.ts';
import { WATCH } from '../../machine/memory.ts';
import { PAGE } from '../../machine/storage.ts';
import type { AddressMode } from './access.ts';
import type { CompiledBatch, BatchBlock } from './first/batch.ts';
import { jumpCache, jumpSalt } from './layout.ts';
import type { Span } from './spans.ts';
import type { WasmTable } from './webassembly.ts';

/** A place where compiled code can be entered: a region, or a block of a batch. */
export interface Entrance {
  /** Virtual address of the entry (unsigned). */
  readonly entry: number;
  /** Physical address of the entry. */
  readonly physical: number;
  readonly ring: number;
  readonly addressing: AddressMode;
  /** With less fuel than this it executes nothing. */
  readonly longest: number;
  /** Paging off: the smallest bound of R and LIMIT for which its comparisons are right. */
  readonly leastBound: number;
  /** Takes the fuel and `index`; returns the fuel that is left. */
  readonly run: (fuel: number, index: number) => number;
  /** Number of the block in its batch, from 1 on; 0 for a region. */
  readonly index: number;
  /** Index in the function table. */
  readonly slot: number;
  /** The pages of its code: virtual page number to physical page number. */
  readonly pages: ReadonlyMap<number, number>;
  /** The states of translation for which `pages` is known to hold. */
  readonly stamps: Set<number>;
}

export interface CompiledRegion extends Entrance {
  readonly index: 0;
  readonly bytes: number;
  /** The spans for which its accesses were compiled. */
  readonly spans: ReadonlySet<Span>;
  /** The words of its code, by physical address / 4. */
  readonly words: ReadonlySet<number>;
}

interface CodePage {
  /** Visits to each word; `hottest` where a region or a block begins. */
  readonly heat: Uint16Array;
  /** Regions that begin here, by entry word × 4 + ring: see `find`. */
  readonly regions: Map<number, CompiledRegion>;
  /** Blocks that begin here, likewise. */
  readonly blocks: Map<number, BatchBlock>;
  /** All regions with code on this page. */
  readonly users: Set<CompiledRegion>;
  /** All batches with code on this page. */
  readonly batches: Set<CompiledBatch>;
  /** How often writes have dropped code of this page. */
  drops: number;
}

/** The largest heat: enough for every threshold. */
export const hottest = 2 ** 16 - 1;

/** If writes to a page have dropped code this often, only the interpreter executes its code. */
const tooManyDrops = 200;

/** With more code or regions than this, all are dropped, and the hot ones are compiled again. */
const capacity = { bytes: 24 * 2 ** 20, regions: 4096 } as const;

/** Blocks get entries of their own while the function table is smaller than this: making a module takes longer with a large one. */
const promoted = 768;

const wordsPerPage = PAGE / 4;

export class CodeCache {
  readonly #memory: Memory;
  readonly #jumps: Int32Array;
  readonly #table: WasmTable;
  /** By page number. */
  readonly #pages: (CodePage | undefined)[];
  readonly #free: number[] = [];
  #next = 1;
  #bytes = 0;
  #count = 0;

  constructor(memory: Memory, buffer: ArrayBuffer, table: WasmTable) {
    this.#memory = memory;
    this.#pages = Array.from({ length: memory.size / PAGE });
    this.#jumps = new Int32Array(buffer, jumpCache.at, jumpCache.entries * 4);
    this.#table = table;
    this.#jumps.fill(0);
  }

  find(physical: number, ring: number): CompiledRegion | undefined {
    return this.#pages[physical >>> 12]?.regions.get((physical & 0xffc) + ring);
  }

  /**
   * Counts `visits` visits to an address; true if a region begins there, or if the count has reached `hot`. With
   * `hot` = `hottest` visits are not counted: the code to be compiled first is the code that is hot at that later time.
   */
  visit(physical: number, visits: number, hot: number): boolean {
    const { heat } = this.#pages[physical >>> 12] ?? this.#page(physical >>> 12);
    const word = wordOf(physical);
    const before = heat[word] as number;
    const sum = before + visits;
    const enough = sum >= hot;
    heat[word] = enough || hot === hottest ? before : sum;
    return enough;
  }

  /** Whether code at an address may be compiled: its page was not rewritten too often. */
  mayCompile(physical: number): boolean {
    return this.#page(physical >>> 12).drops < tooManyDrops;
  }

  /** Makes the entry of a dropped region so hot that it is compiled again at the next visit. */
  rekindle({ physical }: CompiledRegion): void {
    this.#setHeat(physical, hottest - 1);
  }

  /** Sets the visits of an address back to 0. */
  cool(physical: number): void {
    this.#setHeat(physical, 0);
  }

  /** Sets the heat; it stays `hottest` where a region or a block of any ring begins. */
  #setHeat(physical: number, heat: number): void {
    const page = this.#page(physical >>> 12);
    const { regions, blocks } = page;
    const begins = [0, 1, 2, 3]
      .map((ring) => (physical & 0xffc) + ring)
      .some((n) => regions.has(n) || blocks.has(n));
    page.heat[wordOf(physical)] = begins ? hottest : heat;
  }

  #page(number: number): CodePage {
    let page = this.#pages[number];
    if (page === undefined) {
      page = {
        heat: new Uint16Array(wordsPerPage),
        regions: new Map(),
        blocks: new Map(),
        users: new Set(),
        batches: new Set(),
        drops: 0,
      };
      this.#pages[number] = page;
    }
    return page;
  }

  /** Whether the cache is full and must be cleared before more is added. */
  get full(): boolean {
    return this.#bytes > capacity.bytes || this.#count > capacity.regions;
  }

  /** A free index in the function table. */
  slot(): number {
    const slot = this.#free.pop() ?? this.#next++;
    if (slot >= this.#table.length) this.#table.grow(256);
    return slot;
  }

  /**
   * Watches physical pages for writes, because code on them is about to be compiled. Call `add` or `release` after
   * it.
   */
  claim(pages: Iterable<number>): void {
    for (const page of pages) this.#memory.watch(page, WATCH.COMPILED);
  }

  /** Undoes `claim`, except for pages that have compiled code. */
  release(pages: Iterable<number>): void {
    for (const page of pages) {
      const { users, batches } = this.#page(page);
      if (users.size === 0 && batches.size === 0) this.#memory.unwatch(page, WATCH.COMPILED);
    }
  }

  /** Adds a region. Its pages must be claimed, and its entry must have no region. */
  add(region: CompiledRegion): void {
    this.#table.set(region.slot, region.run);
    this.#page(region.physical >>> 12).regions.set((region.physical & 0xffc) + region.ring, region);
    this.#setHeat(region.physical, hottest);
    for (const page of region.pages.values()) this.#page(page).users.add(region);
    this.#bytes += region.bytes;
    this.#count += 1;
  }

  /** The block of a batch that begins at a physical address, in a ring. */
  findBlock(physical: number, ring: number): BatchBlock | undefined {
    return this.#pages[physical >>> 12]?.blocks.get((physical & 0xffc) + ring);
  }

  /** Adds a batch. Its pages must be claimed. Where a block of another batch begins already, that one stays. */
  addBatch(batch: CompiledBatch): void {
    this.#table.set(batch.slot, batch.run);
    for (const page of batch.pages.values()) this.#page(page).batches.add(batch);
    for (const block of batch.blocks) {
      const { blocks } = this.#page(block.physical >>> 12);
      const index = (block.physical & 0xffc) + block.ring;
      if (!blocks.has(index)) blocks.set(index, block);
      this.#setHeat(block.physical, hottest);
    }
    this.#bytes += batch.bytes;
    this.#count += 1;
  }

  /** Gives a block that is often jumped to an entry of its own in the function table: one call less at every jump. */
  promote(block: BatchBlock, stamp: number): void {
    const { batch, index } = block;
    if (block.slot !== batch.slot || this.#next >= promoted) return;
    this.forgetJump(block);
    block.slot = this.slot();
    this.#table.set(block.slot, batch.functions.get(index - 1));
    this.rememberJump(block, stamp);
  }

  dropBatch(batch: CompiledBatch): void {
    const { slot, bytes, blocks, pages } = batch;
    for (const page of pages.values()) this.#page(page).batches.delete(batch);
    for (const block of blocks) {
      const { blocks: here } = this.#page(block.physical >>> 12);
      const index = (block.physical & 0xffc) + block.ring;
      if (here.get(index) === block) here.delete(index);
      this.#setHeat(block.physical, 0);
      this.forgetJump(block);
      if (block.slot !== slot) this.#freeSlot(block.slot);
    }
    this.release(pages.values());
    this.#freeSlot(slot);
    this.#bytes -= bytes;
    this.#count -= 1;
  }

  drop(region: CompiledRegion): void {
    const { physical, ring, slot } = region;
    const index = (physical & 0xffc) + ring;
    const page = this.#page(physical >>> 12);
    if (page.regions.get(index) !== region) return;
    page.regions.delete(index);
    this.#setHeat(physical, 0);
    for (const number of region.pages.values()) this.#page(number).users.delete(region);
    this.release(region.pages.values());
    this.forgetJump(region);
    this.#freeSlot(slot);
    this.#bytes -= region.bytes;
    this.#count -= 1;
  }

  #freeSlot(slot: number): void {
    this.#table.set(slot, null);
    this.#free.push(slot);
  }

  /** A list of all regions at this moment. */
  all(): CompiledRegion[] {
    return this.#pages.flatMap((page) => [...(page?.regions.values() ?? [])]);
  }

  /** `length` bytes at `at` were written: drops the code made from them; true if there was any. */
  written(at: number, length: number): boolean {
    let dropped = false;
    for (let number = at >>> 12; number <= (at + length - 1) >>> 12; number++) {
      const page = this.#pages[number];
      if (page === undefined) continue;
      const stale = [...page.users].filter((region) => touches(region, at, length));
      for (const region of stale) this.drop(region);
      const batches = [...page.batches].filter((batch) => touches(batch, at, length));
      for (const batch of batches) this.dropBatch(batch);
      page.drops += stale.length + batches.length;
      dropped ||= stale.length + batches.length > 0;
    }
    return dropped;
  }

  /** Drops everything. */
  clear(): void {
    for (const region of this.all()) this.drop(region);
    for (const page of this.#pages) for (const batch of page?.batches ?? []) this.dropBatch(batch);
    this.#pages.fill(undefined);
  }

  /** All regions that contain the instruction at physical address `at`. */
  containing(at: number): CompiledRegion[] {
    return [...(this.#pages[at >>> 12]?.users ?? [])].filter(({ words }) => words.has(at >>> 2));
  }

  /** All batches that contain it. */
  batchesWith(at: number): CompiledBatch[] {
    return [...(this.#pages[at >>> 12]?.batches ?? [])].filter(({ words }) => words.has(at >>> 2));
  }

  // ---- The jump cache ----

  /** Lets other regions continue in this one while `stamp`, one of its stamps, is the state of translation. */
  rememberJump({ entry, ring, slot, index }: Entrance, stamp: number): void {
    const at = jumpIndex(entry, stamp);
    this.#jumps[at] = entry | ring;
    this.#jumps[at + 1] = slot;
    this.#jumps[at + 2] = stamp;
    this.#jumps[at + 3] = index;
  }

  forgetJump({ entry, slot, index, stamps }: Entrance): void {
    for (const stamp of stamps) {
      const at = jumpIndex(entry, stamp);
      if (this.#jumps[at + 1] === slot && this.#jumps[at + 3] === index) this.#jumps[at + 2] = 0;
    }
  }
}

function wordOf(physical: number): number {
  return (physical >>> 2) & (wordsPerPage - 1);
}

/** Index, in words, of the jump cache's entry for a region. */
function jumpIndex(pc: number, stamp: number): number {
  return ((4 * pc + jumpSalt(stamp)) & jumpCache.mask) / 4;
}

function touches(region: { readonly words: ReadonlySet<number> }, at: number, length: number): boolean {
  for (let word = at >>> 2; word <= (at + length - 1) >>> 2; word++) if (region.words.has(word)) return true;
  return false;
}
