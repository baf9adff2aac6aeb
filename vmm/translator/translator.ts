/**
 * Binary translation of virtual supervisor code: binary, dynamic, on demand, system level,
 * subsetting, adaptive (Adams and Agesen, ASPLOS 2006, section 3).
 *
 * The guest's code itself is never executed. When the guest reaches code, a unit of it is translated into the
 * cache, and runs there, in real ring 1. Everything that translated code cannot do traps to the monitor.
 * At each trap the monitor can compute the guest's exact state.
 *
 *   unit-builder.ts, sequences.ts   the translation of each instruction
 *   cache.ts, origin.ts             the cache, and the map back from it to guest state
 *   links.ts, targets.ts            chaining; indirect jumps
 *   runner.ts                       running translated code, and counting its steps
 */
import type { Breaks } from '../../isa/machine/breaks.ts';
import { FAULT } from '../../isa/machine/addressing.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import { FETCH } from '../../isa/machine/translate.ts';
import { decode } from '../../isa/table/table.ts';
import { EXIT } from '../guest/ledger.ts';
import type { ShadowTables, Space } from '../memory/shadow.ts';
import type { RegionFrames } from '../guest/allocator.ts';
import { TranslationCache } from './cache.ts';
import type { Context, Unit } from './context.ts';
import { type Link, Links, STUB_BYTES } from './links.ts';
import { CALLOUT } from './encode.ts';
import { boundary, type Origin } from './origin.ts';
import { makeTable, SLOTS } from './targets.ts';
import { MOST_WORDS, UNIT_LENGTH, UnitBuilder } from './unit-builder.ts';

/** Counts for `--stats`. */
export interface TranslatorStatistics {
  /** Units translated. */
  units: number;
  /** Guest instructions translated to an identical copy. */
  copied: number;
  /** Guest instructions translated to other words. */
  sequences: number;
  /** Guest instructions translated to a callout. */
  callouts: number;
  /** Links made. */
  chains: number;
  /** Units dropped because their code or its mapping changed. */
  invalidated: number;
  /** How often the whole cache was dropped. */
  flushes: number;
  /** Instructions that were replaced by callouts because they trapped again and again. */
  adapted: number;
}

export interface TranslatorEvent {
  readonly kind: 'entered' | 'unit' | 'chain' | 'invalidated' | 'flushed' | 'adapted';
  /** The guest's pc. */
  readonly pc: number;
  /** Cache address. */
  readonly at: number;
}

/** After so many trace hits an instruction is replaced by a callout. */
const often = 8;

/** After so many callouts the original translation is tried again, because the page may not be traced any more. */
const trial = 1000;

/** Virtual pages of an address space. If all are unmapped, the space is forgotten. */
const allPages = 2 ** 20;

export class Translator {
  readonly cache: TranslationCache;
  readonly statistics: TranslatorStatistics = {
    units: 0,
    copied: 0,
    sequences: 0,
    callouts: 0,
    chains: 0,
    invalidated: 0,
    flushes: 0,
    adapted: 0,
  };
  /** Called for each event, for traces. */
  onEvent: ((event: TranslatorEvent) => void) | undefined;
  readonly #cpu: Machine;
  readonly #shadow: ShadowTables;
  readonly #links: Links;
  readonly #contexts = new Map<Space, Context[]>();
  /** Units by the page of guest memory that they were translated from. */
  readonly #pages = new Map<number, Set<Unit>>();
  /** The last unit and the link at its end. A unit that continues it can be placed there, without a jump. */
  #open: { readonly unit: Unit; readonly link: Link } | undefined;
  /** Trace hits by cache address. */
  readonly #hits = new Map<number, number>();
  /** Words that `noteTraced` replaced, by cache address. `left` is the number of callouts before a word is put back. */
  readonly #adapted = new Map<number, { readonly word: number; readonly origin: Origin; left: number }>();
  /** Breakpoints; an instruction at one is translated to a callout. */
  #breaks: Breaks | undefined;
  /** The link through which the guest last left translated code. */
  #wanted: Link | undefined;

  /** Whether units count the exits that they save. */
  readonly #countSaved: boolean;

  constructor(parts: {
    readonly real: Machine;
    readonly cpu: Machine;
    readonly shadow: ShadowTables;
    readonly region: RegionFrames;
    readonly countSaved: boolean;
  }) {
    const { real, cpu, shadow, region } = parts;
    const { cache, size } = region;
    this.#countSaved = parts.countSaved;
    this.cache = new TranslationCache(real, cache, size);
    this.#cpu = cpu;
    this.#shadow = shadow;
    this.#links = new Links(this.cache);
    shadow.dependent = {
      unmapped: (space, first, count) => this.#unmapped(space, first, count),
      released: (page) => this.#invalidatePage(page),
      forgotten: () => this.flush(),
    };
    // Marks of A and D count too, because a page table may contain code.
    cpu.memory.onWrite((at, length) => {
      if (real.ring === 0) this.#written(at, length);
    });
  }

  /** All units, in the order in which they were translated. */
  *units(): Generator<Unit> {
    for (const contexts of this.#contexts.values()) for (const { units } of contexts) yield* units;
  }

  /** The context of the guest's current state. */
  context(): Context {
    const { ring, paging } = this.#cpu;
    const space = this.#shadow.space();
    const pending = this.#cpu.pending() !== 0;
    const known = this.#contexts.get(space) ?? [];
    const found = known.find((context) => context.ring === ring && context.pending === pending);
    if (found !== undefined) return found;
    const context = { space, ring, pending, paging, addresses: new Map(), units: new Set<Unit>() };
    this.#contexts.set(space, [...known, context]);
    return context;
  }

  /**
   * The cache address of the translation of the code at the guest's pc. If necessary, the code is translated now, and
   * linked to where the guest came from. Undefined if the code cannot be fetched or
   * mapped; then the monitor must execute the instruction.
   */
  find(): number | undefined {
    const { pc, breaks } = this.#cpu;
    if (breaks !== this.#breaks) this.flush();
    this.#breaks = breaks;
    const at = this.context().addresses.get(pc) ?? this.#translate();
    const link = this.#wanted;
    this.#wanted = undefined;
    if (this.onEvent !== undefined && at !== undefined) this.#tellEntry(at);
    if (at === undefined || link?.target !== pc || link.context !== this.context()) return at;
    if (link.to === undefined) this.#chain(link, at);
    return at;
  }

  #tellEntry(at: number): void {
    for (const { start, pc } of this.context().units)
      if (start === at) this.onEvent?.({ kind: 'entered', pc, at });
  }

  /**
   * Notes that the guest left translated code through `link`. If it continues at the link's target, the link will be
   * made.
   */
  want(link: Link): void {
    this.#wanted = link;
  }

  #chain(link: Link, to: number): void {
    this.#links.make(link, to);
    this.statistics.chains += 1;
    this.onEvent?.({ kind: 'chain', pc: link.target, at: link.site });
  }

  /**
   * Notes that the guest jumped to `target`, but the slot was empty or for another target. The slot is for `target`
   * from now on.
   */
  wantTarget({ context }: Link, target: number): void {
    const slot = context.table?.slots[(target >>> 2) % SLOTS];
    if (slot === undefined) return;
    this.#links.undo(slot);
    slot.target = target;
    this.#wanted = slot;
  }

  /**
   * Notes that the word at cache address `at`, for the guest's `pc`, hit a trace. If this happens often, the word
   * becomes a callout, which is faster because it does not cause a page fault first.
   */
  noteTraced(at: number, pc: number): void {
    const hits = (this.#hits.get(at) ?? 0) + 1;
    this.#hits.set(at, hits % often);
    const origin = this.cache.origin(at);
    if (hits < often || origin?.pc !== pc || origin.request !== undefined) return;
    this.#adapted.set(at, { word: this.cache.read(at), origin, left: trial });
    this.cache.write(at, CALLOUT, { ...origin, request: { kind: 'execute', name: EXIT.ADAPTED } });
    this.statistics.adapted += 1;
    this.onEvent?.({ kind: 'adapted', pc, at });
  }

  /**
   * Notes that the callout at `at` was executed. If `noteTraced` made it, the original word is put back after `trial`
   * callouts.
   */
  noteCallout(at: number): void {
    const adapted = this.#adapted.get(at);
    if (adapted === undefined) return;
    adapted.left -= 1;
    if (adapted.left > 0) return;
    this.#adapted.delete(at);
    this.cache.write(at, adapted.word, adapted.origin);
  }

  /** Drops all translations. */
  flush(): void {
    this.#contexts.clear();
    this.#pages.clear();
    this.#links.clear();
    this.#adapted.clear();
    this.#hits.clear();
    this.cache.clear();
    this.#open = undefined;
    this.#wanted = undefined;
    this.statistics.flushes += 1;
    this.onEvent?.({ kind: 'flushed', pc: this.#cpu.pc, at: 0 });
  }

  // ---- Translating ----

  #translate(): number | undefined {
    const { pc } = this.#cpu;
    const physical = this.#cpu.locate(pc, 4, FETCH, false);
    if (physical === FAULT || (physical & 3) !== 0) return undefined;
    if (this.#shadow.enter(pc, false) !== 'entered') return undefined;
    if (!this.cache.makeRoom(MOST_WORDS)) {
      this.flush();
      this.cache.makeRoom(MOST_WORDS);
    }
    this.#shadow.traceCode(physical >>> 12);
    const unit = this.#begin(pc, physical);
    this.#fill(unit);
    this.#enlist(unit);
    return unit.start;
  }

  /** A new unit. If it continues the last one, it begins where that one ends. */
  #begin(pc: number, physical: number): Unit {
    const context = this.context();
    const open = this.#open;
    if (open !== undefined && this.#continues(open, pc, context)) {
      this.cache.rewind(open.link.site);
      open.unit.end = open.link.site;
      this.#links.make(open.link, open.link.site);
    }
    const start = this.cache.here;
    return { context, pc, physical, instructions: [], start, end: start, links: [] };
  }

  /**
   * Whether a unit at `pc` can replace the stub that ends the last unit. The last unit must stay at least as long as
   * a stub.
   */
  #continues({ unit, link }: { unit: Unit; link: Link }, pc: number, context: Context): boolean {
    return (
      link.target === pc &&
      unit.context === context &&
      this.cache.here === unit.end &&
      link.site >= unit.start + STUB_BYTES
    );
  }

  #fill(unit: Unit): void {
    const { cache, statistics: counts } = this;
    const { context } = unit;
    const table = () => context.table?.at ?? makeTable(cache, context);
    const builder = new UnitBuilder({
      cache,
      links: this.#links,
      unit,
      counts,
      table,
      countSaved: this.#countSaved,
    });
    let { pc } = unit;
    let after: 'more' | 'end' | 'fall' = 'more';
    while (after === 'more') {
      const word = this.#cpu.memory.read(unit.physical + pc - unit.pc, 4);
      const instruction = decode(word);
      const at = cache.here;
      if (builder.targetAfterConstant(pc, instruction) === undefined) context.addresses.set(pc, at);
      unit.instructions.push({ at, instruction, word });
      after = this.#breaks?.addresses.has(pc) ? builder.stopAt(pc) : builder.add(pc, instruction);
      pc = (pc + 4) >>> 0;
      if (after === 'more' && !this.#canGoOn(unit, pc)) after = 'fall';
    }
    this.#open = after === 'fall' ? { unit, link: builder.fallThrough(pc) } : undefined;
    // A unit has room for a stub: when it is dropped, a link to its start may need one there.
    while (cache.here < unit.start + STUB_BYTES) cache.append(CALLOUT, boundary(pc, { kind: 'stale' }));
    unit.end = cache.here;
  }

  /**
   * Whether a unit may continue at `pc`: it is short enough, and `pc` is on its page, can be fetched, and is not
   * translated yet.
   */
  #canGoOn({ instructions, context }: Unit, pc: number): boolean {
    return (
      instructions.length < UNIT_LENGTH &&
      pc % PAGE !== 0 &&
      !context.addresses.has(pc) &&
      this.cache.hasRoom(MOST_WORDS) &&
      this.#cpu.locate(pc, 4, FETCH, false) !== FAULT
    );
  }

  #enlist(unit: Unit): void {
    unit.context.units.add(unit);
    const page = unit.physical >>> 12;
    const known = this.#pages.get(page);
    if (known === undefined) this.#pages.set(page, new Set([unit]));
    else known.add(unit);
    this.statistics.units += 1;
    this.onEvent?.({ kind: 'unit', pc: unit.pc, at: unit.start });
  }

  // ---- Dropping stale units ----

  /** Guest memory was written: drops the units that were translated from those words. */
  #written(at: number, length: number): void {
    for (let page = at >>> 12; page <= (at + length - 1) >>> 12; page++) {
      for (const unit of this.#pages.get(page) ?? []) {
        if (unit.physical < at + length && at < unit.physical + 4 * unit.instructions.length)
          this.#invalidate(unit);
      }
    }
  }

  #invalidatePage(page: number): void {
    for (const unit of this.#pages.get(page) ?? []) this.#invalidate(unit);
  }

  /** The mapping of `count` virtual pages from `first` on has changed: drops the units on them. */
  #unmapped(space: Space, first: number, count: number): void {
    const contexts = this.#contexts.get(space) ?? [];
    if (count === allPages) this.#contexts.delete(space);
    for (const { units } of contexts) {
      for (const unit of units) {
        const page = unit.pc >>> 12;
        if (page >= first && page < first + count) this.#invalidate(unit);
      }
    }
  }

  #invalidate(unit: Unit): void {
    const { context, links, instructions } = unit;
    for (const link of links) this.#links.forget(link);
    for (let at = unit.start; at < unit.end; at += 4) {
      this.#adapted.delete(at);
      const pc = this.cache.origin(at)?.pc ?? unit.pc;
      this.cache.write(at, CALLOUT, boundary(pc, { kind: 'stale' }));
    }
    for (const [n, { at }] of instructions.entries()) {
      const pc = (unit.pc + 4 * n) >>> 0;
      if (context.addresses.get(pc) === at) context.addresses.delete(pc);
      this.#links.undoTo(at);
    }
    if (this.#open?.unit === unit) this.#open = undefined;
    if (this.#wanted !== undefined && links.includes(this.#wanted)) this.#wanted = undefined;
    context.units.delete(unit);
    this.#pages.get(unit.physical >>> 12)?.delete(unit);
    this.statistics.invalidated += 1;
    this.onEvent?.({ kind: 'invalidated', pc: unit.pc, at: unit.start });
  }
}
