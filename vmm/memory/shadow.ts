/**
 * Shadow page tables: what the real machine walks while the guest believes that it walks
 * the guest's own. An entry is derived from the guest's on demand, after a hidden fault.
 *
 *     shadow entry = V R X U of the guest's, its frame moved to where the guest's memory is,
 *                    W only if the guest's D is set already and the page is not traced
 *
 * So the first access and the first store always come to the monitor, which sets A and D
 * in the guest's entry. The guest's tables are *traced*: no shadow entry lets the guest
 * write them directly, so that the monitor sees each write and drops what it derived
 * (Adams and Agesen 2006, section 2.3; Bugnion et al. 2012, section 5).
 *
 * Shadows of several address spaces are kept, by the guest's root. The top 4 MiB of
 * every space are the monitor's (address-space compression): never mapped for the guest.
 */
import type { Machine } from '../../isa/machine/machine.ts';
import { WATCH } from '../../isa/machine/memory.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import { findLeaf, PTE } from '../../isa/machine/translate.ts';
import { SR } from '../../isa/table/sysregs.ts';
import type { FramePool } from '../monitor/allocator.ts';

/** First address of the monitor's region in the guest's virtual space. */
const COMPRESSED = 0xffc00000;

/** Shadow of one address space of the guest. */
interface Space {
  /** Address of the shadow's root table in real memory. */
  readonly root: number;
  /** Shadow tables by first-level index. */
  readonly tables: Map<number, number>;
}

/** What in the shadows was derived from one page of guest tables. */
interface Trace {
  /** Spaces whose root it is. */
  readonly roots: Set<Space>;
  /** Places of which it is the second-level table. */
  readonly tables: { readonly space: Space; readonly index: number }[];
  /** Stores to it since something was derived from it last. */
  hits: number;
}

/**
 * Stores to a traced page, with nothing derived from it between, after which the page is
 * taken for one that the guest uses for something else by now.
 */
const outworn = 8;

/** What `enter` did: entered; or why it cannot. */
export type Entered = 'entered' | 'compressed' | 'traced';

export class ShadowTables {
  readonly #real: Machine;
  readonly #cpu: Machine;
  readonly #at: number;
  readonly #frames: FramePool;
  readonly #spaces = new Map<number, Space>();
  readonly #traces = new Map<number, Trace>();
  /** Shadow entries that allow writing, by guest page. */
  readonly #writable = new Map<number, Set<number>>();

  /** For the guest whose virtual CPU is `cpu` and whose memory is at `at` in `real`. */
  constructor(real: Machine, cpu: Machine, at: number, frames: FramePool) {
    this.#real = real;
    this.#cpu = cpu;
    this.#at = at;
    this.#frames = frames;
    // In rings 1 to 3 the guest writes, which software hears of only by a trace: an exit, and ring 0.
    cpu.memory.onWrite((where, length, mark) => {
      if (!mark && real.ring === 0) this.#written(where, length);
    });
  }

  /** PTBR for the real machine: the shadow of the guest's present address space. */
  get ptbr(): number {
    return this.#space().root | 1;
  }

  /**
   * Derives the entry for the page of `va` (unsigned), which the guest's own tables let
   * the access pass, A and D already set.
   */
  enter(va: number, store: boolean): Entered {
    if (va >= COMPRESSED) return 'compressed';
    const { memory } = this.#cpu;
    const ptbr = this.#cpu.readSystem(SR.PTBR);
    const leaf = findLeaf(memory.words, ptbr, va);
    const entry = memory.words[leaf >>> 2] as number;
    const page = (entry & PTE.FRAME) >>> 12;
    const space = this.#space();
    const at = this.#table(space, va >>> 22, leaf >>> 12) + ((va >>> 12) & 1023) * 4;
    if (store && this.#isTraced(page)) return 'traced';
    const writable = (entry & PTE.W) !== 0 && (entry & PTE.D) !== 0 && !this.#traces.has(page);
    const rights = (entry & (PTE.V | PTE.R | PTE.X | PTE.U)) | (writable ? PTE.W : 0);
    this.#real.memory.write(at, 4, (this.#at + page * PAGE) | rights | PTE.A | PTE.D);
    if (writable) this.#noteWritable(page, at);
    return 'entered';
  }

  #noteWritable(page: number, at: number): void {
    const known = this.#writable.get(page);
    if (known === undefined) this.#writable.set(page, new Set([at]));
    else known.add(at);
  }

  /** Forgets all shadows and traces. */
  flush(): void {
    for (const { root, tables } of this.#spaces.values()) {
      for (const table of tables.values()) this.#frames.release(table);
      this.#frames.release(root);
    }
    for (const page of this.#traces.keys()) this.#cpu.memory.unwatch(page, WATCH.TRACE);
    this.#spaces.clear();
    this.#traces.clear();
    this.#writable.clear();
  }

  // ---- Spaces and tables ----

  /** The shadow of the guest's present address space, made if there is none. */
  #space(): Space {
    const root = this.#cpu.readSystem(SR.PTBR) & PTE.FRAME;
    const known = this.#spaces.get(root);
    if (known !== undefined) return known;
    const space: Space = { root: this.#frame(), tables: new Map() };
    this.#spaces.set(root, space);
    this.#trace(root >>> 12).roots.add(space);
    return space;
  }

  /** Address of the shadow table for first-level index `index`, derived from guest page `from`. */
  #table(space: Space, index: number, from: number): number {
    const known = space.tables.get(index);
    if (known !== undefined) {
      this.#trace(from).hits = 0;
      return known;
    }
    const table = this.#frame(space);
    space.tables.set(index, table);
    this.#real.memory.write(space.root + index * 4, 4, table | PTE.V);
    this.#trace(from).tables.push({ space, index });
    return table;
  }

  /** A zeroed frame; when there is none, all shadows are given up for it but the root of `keep`. */
  #frame(keep?: Space): number {
    const free = this.#frames.take();
    if (free === undefined) {
      this.#giveUp(keep);
      return this.#frame(keep);
    }
    this.#real.memory.fill(free, new Uint8Array(PAGE));
    return free;
  }

  #giveUp(keep: Space | undefined): void {
    const root = [...this.#spaces].find(([, space]) => space === keep)?.[0];
    if (keep !== undefined && root !== undefined) this.#spaces.delete(root);
    this.flush();
    if (keep === undefined || root === undefined) return;
    for (const table of keep.tables.values()) this.#frames.release(table);
    keep.tables.clear();
    this.#real.memory.fill(keep.root, new Uint8Array(PAGE));
    this.#spaces.set(root, keep);
    this.#trace(root >>> 12).roots.add(keep);
  }

  // ---- Traces ----

  /** Whether a store to guest page `page` must be seen; a trace that nothing needs any more is given up. */
  #isTraced(page: number): boolean {
    const trace = this.#traces.get(page);
    if (trace === undefined) return false;
    trace.hits += 1;
    const current = this.#space();
    if (trace.hits <= outworn || trace.roots.has(current)) return true;
    for (const { space, index } of trace.tables.splice(0)) this.#dropTable(space, index);
    for (const space of trace.roots) this.#dropSpace(space, page);
    this.#traces.delete(page);
    this.#cpu.memory.unwatch(page, WATCH.TRACE);
    return false;
  }

  #dropSpace(space: Space, page: number): void {
    for (const index of space.tables.keys()) this.#dropTable(space, index);
    for (const root of this.#spaces.keys()) if (root >>> 12 === page) this.#spaces.delete(root);
    this.#frames.release(space.root);
  }

  /** The trace of a guest page, set now if it was not: from here on the guest cannot write it directly. */
  #trace(page: number): Trace {
    const known = this.#traces.get(page);
    if (known !== undefined) return known;
    const trace: Trace = { roots: new Set(), tables: [], hits: 0 };
    if (page >= this.#cpu.memory.size / PAGE) return trace;
    this.#traces.set(page, trace);
    this.#cpu.memory.watch(page, WATCH.TRACE);
    const { words } = this.#real.memory;
    for (const at of this.#writable.get(page) ?? []) {
      const entry = words[at >>> 2] as number;
      if ((entry & PTE.FRAME) >>> 12 === page + this.#at / PAGE)
        this.#real.memory.write(at, 4, entry & ~PTE.W);
    }
    this.#writable.delete(page);
    return trace;
  }

  /** Guest memory was written: what was derived from those words is dropped. */
  #written(where: number, length: number): void {
    for (let word = where >>> 2; word <= (where + length - 1) >>> 2; word++) {
      const trace = this.#traces.get(word >>> 10);
      if (trace === undefined) continue;
      for (const { space, index } of trace.tables) {
        const table = space.tables.get(index);
        if (table !== undefined) this.#real.memory.write(table + (word & 1023) * 4, 4, 0);
      }
      for (const space of trace.roots) this.#dropTable(space, word & 1023);
    }
  }

  #dropTable(space: Space, index: number): void {
    const table = space.tables.get(index);
    if (table === undefined) return;
    space.tables.delete(index);
    this.#real.memory.write(space.root + index * 4, 4, 0);
    this.#frames.release(table);
    for (const trace of this.#traces.values()) {
      const stale = trace.tables.findIndex((place) => place.space === space && place.index === index);
      if (stale >= 0) trace.tables.splice(stale, 1);
    }
  }
}
