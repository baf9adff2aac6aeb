/**
 * Shadow page tables: what the real machine walks while the guest believes that it walks
 * the guest's own. An entry is derived from the guest's on demand, after a hidden fault.
 *
 *     shadow entry = V R X U of the guest's, its frame moved to where the guest's memory is,
 *                    W only if the guest's D is set already and the page is not traced
 *
 * So where A or D is not set, the first access and the first store come to the monitor, which
 * sets it in the guest's entry. A new table is derived as a whole, but for those entries. The guest's tables are *traced*: no shadow entry lets the guest
 * write them directly, so that the monitor sees each write and drops what it derived
 * (Adams and Agesen 2006, section 2.3; Bugnion et al. 2012, section 5).
 *
 * Shadows of several address spaces are kept, by the guest's root. The top 4 MiB of
 * every space are the monitor's (address-space compression): never mapped for the guest.
 */
import type { Machine } from '../../isa/machine/machine.ts';
import { WATCH } from '../../isa/machine/memory.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import { findLeaf, frameInMemory, PTE } from '../../isa/machine/translate.ts';
import { SR } from '../../isa/table/sysregs.ts';
import type { FramePool } from '../guest/allocator.ts';
import { REGION } from '../guest/compression.ts';

/** Shadow of one address space of the guest. */
export interface Space {
  /** Address of the shadow's root table in real memory. */
  readonly root: number;
  /** Shadow tables by first-level index. */
  readonly tables: Map<number, number>;
}

/** What tells a space: the address of the guest's root table; or R, as text, while paging is off. */
type SpaceKey = number | string;

/** A page of the guest's memory that it cannot write without the monitor, and what the monitor made of it. */
export interface TracedPage {
  readonly page: number;
  /** root, table: a page table of the first or the second level; code: translated. */
  readonly as: readonly ('root' | 'table' | 'code')[];
}

/** What in the shadows was derived from one page of guest tables. */
interface Trace {
  /** Spaces whose root it is. */
  readonly roots: Set<Space>;
  /** Places of which it is the second-level table. */
  readonly tables: { readonly space: Space; readonly index: number }[];
  /** Whether code was translated from it. */
  code: boolean;
  /** Stores to it since something was derived from it last. */
  hits: number;
}

/**
 * Stores to a traced page, with nothing derived from it between, after which the page is
 * taken for one that the guest uses for something else by now.
 */
const outworn = 8;

/** What `enter` did: entered; or why it cannot. */
export type Entered = 'entered' | 'compressed' | 'traced' | 'partial';

/** The monitor's region, mapped in every shadow: its second-level table; with it R is shadowed as well. */
export interface MonitorRegion {
  readonly table: number;
}

/** Who keeps something derived from mappings and code: a translator. */
export interface Dependent {
  /** `count` virtual pages from number `first` on are not mapped any more as they were. */
  readonly unmapped: (space: Space, first: number, count: number) => void;
  /** Writes to guest page `page` are not traced any more. */
  readonly released: (page: number) => void;
  /** No shadow is left. */
  readonly forgotten: () => void;
}

export class ShadowTables {
  readonly #real: Machine;
  readonly #cpu: Machine;
  readonly #at: number;
  readonly #frames: FramePool;
  readonly #region: MonitorRegion | undefined;
  dependent: Dependent | undefined;
  /** The space found last, and the state of translation for which it is the present one. */
  #present: { readonly translation: number; readonly space: Space } | undefined;
  /** By the frame of the guest's root table; while its paging is off, by R. */
  readonly #spaces = new Map<SpaceKey, Space>();
  readonly #traces = new Map<number, Trace>();
  /** Shadow entries that allow writing, by guest page. */
  readonly #writable = new Map<number, Set<number>>();

  /** For the guest whose virtual CPU is `cpu` and whose memory is at `at` in `real`. */
  constructor(real: Machine, cpu: Machine, at: number, frames: FramePool, region?: MonitorRegion) {
    this.#real = real;
    this.#cpu = cpu;
    this.#at = at;
    this.#frames = frames;
    this.#region = region;
    // In rings 1 to 3 the guest writes, which software hears of only by a trace: an exit, and ring 0.
    cpu.memory.onWrite((where, length, mark) => {
      if (!mark && real.ring === 0) this.#written(where, length);
    });
    cpu.memory.onPresence(() => this.flush());
  }

  /** PTBR for the real machine: the shadow of the guest's present address space. */
  get ptbr(): number {
    return this.space().root | 1;
  }

  /** Whether a shadow can stand for the guest's present addresses. With paging off: for an R that is a number of pages up. */
  get covers(): boolean {
    return this.#cpu.paging || (this.#region !== undefined && this.#cpu.base % PAGE === 0);
  }

  /**
   * Derives the entry for the page of `va` (unsigned), which the guest's own tables let
   * the access pass, A and D already set.
   */
  enter(va: number, store: boolean): Entered {
    if (va >= REGION) return 'compressed';
    if (!this.#cpu.paging) return this.#enterRelocated(va, store);
    const { memory } = this.#cpu;
    const leaf = findLeaf(memory.words, this.#cpu.readSystem(SR.PTBR), va);
    const entry = memory.words[leaf >>> 2] as number;
    const at = this.#table(this.space(), va >>> 22, leaf >>> 12) + ((va >>> 12) & 1023) * 4;
    if (store && this.#traceStore((entry & PTE.FRAME) >>> 12) === 'traced') return 'traced';
    this.#derive(at, entry);
    return 'entered';
  }

  /** Writes the shadow entry at `at` of a guest's entry with A set. */
  #derive(at: number, entry: number): void {
    const page = (entry & PTE.FRAME) >>> 12;
    const writable = (entry & PTE.W) !== 0 && (entry & PTE.D) !== 0 && !this.#traces.has(page);
    const rights = (entry & (PTE.V | PTE.R | PTE.X | PTE.U)) | (writable ? PTE.W : 0);
    this.#real.memory.write(at, 4, (this.#at + page * PAGE) | rights | PTE.A | PTE.D);
    if (writable) this.#noteWritable(page, at);
  }

  /**
   * Derives all entries of a new shadow table that no hidden fault would have to set A for: it saves those
   * faults, and nothing is kept of the table yet that its writing would spoil. D may be missing: then so is W.
   */
  #deriveTable(table: number, from: number): void {
    const { memory } = this.#cpu;
    for (let n = 0; n < PAGE / 4; n++) {
      const entry = memory.words[from * (PAGE / 4) + n] as number;
      const ready = (entry & (PTE.V | PTE.A)) === (PTE.V | PTE.A) && (entry & (PTE.R | PTE.X)) !== 0;
      if (ready && frameInMemory(entry, memory)) this.#derive(table + 4 * n, entry);
    }
  }

  /** As `enter`, with paging off: the page as R has it, unless R ends within it. */
  #enterRelocated(va: number, store: boolean): Entered {
    const from = va - (va % PAGE);
    if (from + PAGE > this.#cpu.plainBound) return 'partial';
    const page = (this.#cpu.base + from) / PAGE;
    const at = this.#table(this.space(), va >>> 22) + ((va >>> 12) & 1023) * 4;
    if (store && this.#traceStore(page) === 'traced') return 'traced';
    const writable = !this.#traces.has(page);
    const rights = PTE.V | PTE.R | PTE.X | PTE.U | PTE.A | PTE.D | (writable ? PTE.W : 0);
    this.#real.memory.write(at, 4, (this.#at + page * PAGE) | rights);
    if (writable) this.#noteWritable(page, at);
    return 'entered';
  }

  /** Has writes to guest page `page` traced, for code was translated from it. */
  traceCode(page: number): void {
    const trace = this.#trace(page);
    trace.code = true;
    trace.hits = 0;
  }

  #noteWritable(page: number, at: number): void {
    const known = this.#writable.get(page);
    if (known === undefined) this.#writable.set(page, new Set([at]));
    else known.add(at);
  }

  /** Forgets all shadows and traces. */
  flush(): void {
    this.#releaseFrames();
    this.#forget();
  }

  /** After steps of the guest before which its paging was on or not: a guest that turns paging off may write its tables unseen. */
  flushIfPagingEnded(wasOn: boolean): void {
    if (wasOn && !this.#cpu.paging) this.flush();
  }

  /** Gives back the frames of all shadows, but for the root of `survivor`. */
  #releaseFrames(survivor?: Space): void {
    for (const space of this.#spaces.values()) {
      for (const table of space.tables.values()) this.#frames.release(table);
      if (space !== survivor) this.#frames.release(space.root);
    }
  }

  #forget(): void {
    for (const page of this.#traces.keys()) this.#cpu.memory.unwatch(page, WATCH.TRACE);
    this.#spaces.clear();
    this.#present = undefined;
    this.#traces.clear();
    this.#writable.clear();
    this.dependent?.forgotten();
  }

  // ---- Spaces and tables ----

  /** The shadow of the guest's present address space, made if there is none. */
  space(): Space {
    const { translation } = this.#cpu;
    if (this.#present?.translation !== translation) this.#present = { translation, space: this.#findSpace() };
    return this.#present.space;
  }

  /** The shadow of the guest's present address space if there is one. Makes none. */
  get known(): Space | undefined {
    return this.#spaces.get(this.#key());
  }

  /** What tells the guest's present address space. */
  #key(): SpaceKey {
    const { paging, base, plainBound } = this.#cpu;
    return paging ? this.#cpu.readSystem(SR.PTBR) & PTE.FRAME : `R ${base} ${plainBound}`;
  }

  #findSpace(): Space {
    const key = this.#key();
    const known = this.#spaces.get(key);
    if (known !== undefined) return known;
    const space: Space = { root: this.#frame(), tables: new Map() };
    this.#mapRegion(space.root);
    this.#addSpace(key, space);
    return space;
  }

  #mapRegion(root: number): void {
    if (this.#region === undefined) return;
    this.#real.memory.write(root + (REGION >>> 22) * 4, 4, this.#region.table | PTE.V);
  }

  /** Address of the shadow table for first-level index `index`, derived from guest page `from` if from any. */
  #table(space: Space, index: number, from?: number): number {
    const known = space.tables.get(index);
    if (known !== undefined) {
      if (from !== undefined) this.#trace(from).hits = 0;
      return known;
    }
    const table = this.#frame(space);
    space.tables.set(index, table);
    this.#real.memory.write(space.root + index * 4, 4, table | PTE.V);
    if (from !== undefined) {
      this.#trace(from).tables.push({ space, index });
      this.#deriveTable(table, from);
    }
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

  /** Forgets all shadows for their frames; the space of `keep`, which is in use, begins anew with its root. */
  #giveUp(keep: Space | undefined): void {
    const key = [...this.#spaces].find(([, space]) => space === keep)?.[0];
    this.#releaseFrames(keep);
    this.#forget();
    if (keep === undefined || key === undefined) return;
    keep.tables.clear();
    this.#real.memory.fill(keep.root, new Uint8Array(PAGE));
    this.#mapRegion(keep.root);
    this.#addSpace(key, keep);
  }

  /** Notes a space under its key. Its root table is traced, if it has one. */
  #addSpace(key: SpaceKey, space: Space): void {
    this.#spaces.set(key, space);
    if (typeof key === 'number') this.#trace(key >>> 12).roots.add(space);
  }

  // ---- Traces ----

  /** All traced pages, as they came to be traced. */
  *traced(): Generator<TracedPage> {
    for (const [page, { roots, tables, code }] of this.#traces) {
      const as = { root: roots.size > 0, table: tables.length > 0, code };
      yield { page, as: (['root', 'table', 'code'] as const).filter((what) => as[what]) };
    }
  }

  /** Counts a store to guest page `page`, and ends a trace that is worn out by it. Says whether the page is traced still. */
  #traceStore(page: number): 'traced' | 'free' {
    const trace = this.#traces.get(page);
    if (trace === undefined) return 'free';
    trace.hits += 1;
    if (!this.#isOutworn(trace)) return 'traced';
    this.#endTrace(page, trace);
    return 'free';
  }

  /** Whether nothing was derived from the page for so many stores that it is no table any more. The present root is one. */
  #isOutworn({ hits, roots }: Trace): boolean {
    return hits > outworn && !roots.has(this.space());
  }

  /** The guest says that page number `page` is no page table any more: lets the guest write it, unless code was translated from it. */
  release(page: number): void {
    const trace = this.#traces.get(page);
    if (trace !== undefined && !trace.code && !trace.roots.has(this.space())) this.#endTrace(page, trace);
  }

  /** Drops what was derived from the page, and lets the guest write it. */
  #endTrace(page: number, trace: Trace): void {
    for (const { space, index } of trace.tables.splice(0)) this.#dropTable(space, index);
    for (const space of trace.roots) this.#dropSpace(space, page);
    if (trace.code) this.dependent?.released(page);
    this.#traces.delete(page);
    this.#cpu.memory.unwatch(page, WATCH.TRACE);
  }

  #dropSpace(space: Space, page: number): void {
    for (const index of space.tables.keys()) this.#dropTable(space, index);
    for (const key of this.#spaces.keys()) {
      if (typeof key === 'number' && key >>> 12 === page) this.#spaces.delete(key);
    }
    this.#present = undefined;
    this.dependent?.unmapped(space, 0, 2 ** 20);
    this.#frames.release(space.root);
  }

  /** The trace of a guest page, set now if it was not: from here on the guest cannot write it directly. */
  #trace(page: number): Trace {
    const known = this.#traces.get(page);
    if (known !== undefined) return known;
    const trace: Trace = { roots: new Set(), tables: [], code: false, hits: 0 };
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
        if (table === undefined) continue;
        this.#real.memory.write(table + (word & 1023) * 4, 4, 0);
        this.dependent?.unmapped(space, index * 1024 + (word & 1023), 1);
      }
      for (const space of trace.roots) this.#dropTable(space, word & 1023);
    }
  }

  #dropTable(space: Space, index: number): void {
    const table = space.tables.get(index);
    if (table === undefined) return;
    space.tables.delete(index);
    this.#real.memory.write(space.root + index * 4, 4, 0);
    this.dependent?.unmapped(space, index * 1024, 1024);
    this.#frames.release(table);
    for (const trace of this.#traces.values()) {
      const stale = trace.tables.findIndex((place) => place.space === space && place.index === index);
      if (stale >= 0) trace.tables.splice(stale, 1);
    }
  }
}
