/**
 * The fast engine: the interpreter until a place is hot, then WebAssembly.
 *
 * It counts entries of basic blocks (cache.ts), forms a region at a hot one (region.ts),
 * compiles it (compile.ts) and from then on enters it instead of interpreting. Compiled
 * code either completes an instruction or ends before it; the interpreter then executes
 * that one, so that traps are raised in one place and what is compiled never decides.
 */
import type { Breaks } from '../../machine/breaks.ts';
import { FAULT, type Machine } from '../../machine/machine.ts';
import { WATCH } from '../../machine/memory.ts';
import type { Stop } from '../../machine/stop.ts';
import { PAGE } from '../../machine/storage.ts';
import { FETCH } from '../../machine/translate.ts';
import { SR } from '../../table/sysregs.ts';
import { decode } from '../../table/table.ts';
import type { Engine } from '../engine.ts';
import { Interpreter } from '../interpreter/interpreter.ts';
import { Budget } from './budget.ts';
import { RegionBuilder } from './builder.ts';
import { type CompiledRegion, RegionCache } from './cache.ts';
import { type Addressing, MISS } from './access.ts';
import { AFTER, jumpSalt, markEnd, SLOT } from './layout.ts';
import { type Span, Spans } from './spans.ts';
import { Speculation } from './speculation.ts';
import { type Filled, FlatTables } from './tables.ts';
import { TargetProfile } from './targets.ts';
import { wasm } from './webassembly.ts';

/** What the engine has done, for `--stats`. */
export interface FastStatistics {
  /** Regions compiled, their code in bytes, and the seconds it took. */
  regions: number;
  codeBytes: number;
  compileSeconds: number;
  /** Steps that compiled code executed. */
  compiledSteps: number;
  /** Regions entered from here; jumps among regions are not counted. */
  entries: number;
  /** Regions with accesses that were compiled for a span (spans.ts). */
  spanning: number;
}

/** Most steps before compiled code comes back here, so that optimized code can take over. */
const slice = 2 ** 22;

/** Heat of a place where compiled code was left. */
const leftHeat = 20;

export interface FastOptions {
  /** Visits before a place is compiled, whatever it costs; by default as budget.ts says. Tests lower it. */
  readonly hot?: number;
}

/** An address space: a state of translation, and its entries in the flat tables while it is not the present one. */
interface Space {
  /** A region checked in this state need not be checked in it again. */
  readonly stamp: number;
  filled: readonly Filled[];
}

/** Most address spaces remembered, and most stamps of a region. */
const mostSpaces = 16;
const mostStamps = 32;

export class FastEngine implements Engine {
  readonly name = 'fast';
  readonly statistics: FastStatistics = {
    regions: 0,
    codeBytes: 0,
    compileSeconds: 0,
    compiledSteps: 0,
    entries: 0,
    spanning: 0,
  };
  readonly #machine: Machine;
  readonly #interpreter: Interpreter;
  readonly #words: Int32Array;
  readonly #cache: RegionCache;
  readonly #tables: FlatTables;
  readonly #budget: Budget;
  readonly #targets: TargetProfile;
  readonly #spans: Spans;
  readonly #speculation: Speculation;
  readonly #builder: RegionBuilder;
  /** Told where the interpreter jumps back to; true when it is time to look for a region there, or to reckon. */
  readonly #arrives = (physical: number): boolean =>
    physical === FAULT ||
    this.#cache.visit(physical, 1, this.#budget.visits) ||
    this.#machine.steps >= this.#budget.dueAt;
  /** Translation as we last knew it; -1 = never. */
  #translation = -1;
  /** Counts the states of translation. */
  #stamps = 0;
  /** Address spaces seen since a page table was last written, by what makes them; and the present one. */
  readonly #spaces = new Map<string | number, Space>();
  #space: Space = { stamp: 0, filled: [] };
  #addressing: Addressing | undefined;
  /** Breakpoints that no region holds. */
  #breaks: Breaks | undefined;
  /** Steps that passed, but not here: before us, or while the machine waited; and where we ended last. */
  #idle = 0;
  #burstEnd = 0;
  /** Steps and fuel when the running region was entered, and steps it counted that were none. */
  #entrySteps = 0;
  #entryFuel = 0;
  #uncounted = 0;

  /** Throws TypeError when the machine's storage is not one that compiled code can reach. */
  constructor(machine: Machine, { hot }: FastOptions = {}) {
    if (machine.storage.wasm === undefined) throw new TypeError('the fast engine needs wasmStorage');
    this.#machine = machine;
    this.#interpreter = new Interpreter(machine);
    this.#words = new Int32Array(machine.storage.buffer);
    const functions = new wasm.Table({ element: 'anyfunc', initial: 256 });
    this.#cache = new RegionCache(machine.memory, machine.storage.buffer, functions);
    this.#budget = new Budget(hot);
    this.#targets = new TargetProfile(this.#budget);
    this.#tables = new FlatTables(machine);
    this.#spans = new Spans(machine, this.#tables, (lost) => this.#spanLost(lost));
    this.#speculation = new Speculation(this.#spans, this.#budget);
    this.#builder = new RegionBuilder({
      machine,
      functions,
      cache: this.#cache,
      tables: this.#tables,
      spans: this.#spans,
      speculation: this.#speculation,
      targets: this.#targets,
      system: (site, fuel) => this.#system(site, fuel),
    });
    markEnd(machine.storage.buffer, machine.memory.size);
    machine.memory.onWrite((at, length, mark) => this.#written(at, length, mark));
    machine.memory.onWatch((page) => {
      this.#tables.purge(page);
      this.#spans.watched(page);
    });
  }

  run(until: number): Stop {
    const machine = this.#machine;
    for (;;) {
      const stop = machine.settle(until);
      if (stop !== undefined) return stop;
      this.#idle += machine.steps - this.#burstEnd;
      this.#reckon();
      this.#burst();
      this.#burstEnd = machine.steps;
    }
  }

  /** Has what can be afforded reckoned anew when it is due. */
  #reckon(): void {
    const { steps } = this.#machine;
    if (steps >= this.#budget.dueAt) this.#budget.reckon(steps, this.#idle, this.statistics.compiledSteps);
  }

  /** Executes until the horizon. */
  #burst(): void {
    const machine = this.#machine;
    const { breaks } = machine;
    if (breaks !== this.#breaks) this.#clear();
    this.#breaks = breaks;
    let pc = machine.pc | 0;
    let left = false;
    while (machine.steps < machine.horizon) {
      if (breaks?.addresses.has(pc >>> 0) && breaks.arrive()) break;
      if (machine.translation !== this.#translation) this.#translationChanged();
      const at = machine.locate(pc, 4, FETCH, false);
      // What was missed is made up for before all: a region there may do without it, and those it came from not.
      const missed = this.#words[SLOT.MISS >>> 2] !== 0;
      const region = missed ? undefined : this.#regionAt(pc, at, left ? leftHeat : 1);
      const before = machine.steps;
      if (region !== undefined) pc = this.#enter(region);
      const entered = machine.steps !== before;
      if (!entered && machine.steps < machine.horizon) pc = this.#interpret(pc, at, left);
      left = entered;
    }
    machine.pc = pc >>> 0;
  }

  /** Interprets a block; what compiled code missed just before can then be entered in the tables. */
  #interpret(pc: number, at: number, left: boolean): number {
    const words = this.#words;
    const miss = words[SLOT.MISS >>> 2] as number;
    if (miss === 0) return this.#interpreter.runBlocks(pc, at, left, this.#arrives);
    words[SLOT.MISS >>> 2] = 0;
    const { ring, translation, horizon } = this.#machine;
    this.#machine.horizon = this.#machine.steps + 1;
    const next = this.#interpreter.runBlocks(pc, at, true, this.#arrives);
    if (this.#machine.horizon !== 0) this.#machine.horizon = horizon;
    if (
      this.#machine.ring === ring &&
      this.#machine.translation === translation &&
      this.#addressing === 'paged'
    ) {
      const va = (words[SLOT.MISS_ADDRESS >>> 2] as number) >>> 0;
      if (this.#tables.fill(va, (miss & MISS.STORE) !== 0, (miss & MISS.NAMED) !== 0))
        this.#noteAcross(pc >>> 0);
    }
    return next;
  }

  /** A check of the access at `pc` failed. */
  #noteFailure(pc: number): void {
    this.#words[SLOT.MISS >>> 2] = 0;
    const { x, memory } = this.#machine;
    const { physical } = this.#machine.probe(pc >>> 0);
    const at = physical < 0 ? undefined : decode(memory.read(physical, 4));
    if (at === undefined) return;
    const va = ((x[at.rs1] as number) + at.imm) >>> 0;
    if (this.#speculation.failed(pc >>> 0, va)) this.#recompile(pc >>> 0);
  }

  /** Leaves the storage as a new machine expects it: no translation, no compiled code. */
  close(): void {
    this.#spans.clear();
    this.#forgetTranslations();
    this.#clear();
  }

  /** A group of accesses missed though its first page was there: it lies across two. Often so, they are parted. */
  #noteAcross(pc: number): void {
    if (this.#speculation.acrossPages(pc)) this.#recompile(pc);
  }

  /** Drops the regions with the instruction at `pc`: they are made anew at the next visit. */
  #recompile(pc: number): void {
    const { physical } = this.#machine.probe(pc);
    for (const region of physical < 0 ? [] : this.#cache.containing(physical)) {
      this.#cache.drop(region);
      this.#cache.rekindle(region);
    }
  }

  // ---- Finding and entering regions ----

  /** The region to enter at `pc` (signed), which is at `physical`, compiled now if it has become hot; undefined = interpret. */
  #regionAt(pc: number, physical: number, visits: number): CompiledRegion | undefined {
    const budget = this.#budget;
    if (physical === FAULT || this.#addressing === undefined) return undefined;
    this.#reckon();
    if (!this.#cache.visit(physical, visits, budget.visits)) return undefined;
    const region = this.#cache.find(physical, this.#machine.ring);
    if (region !== undefined && region.entry === pc >>> 0 && region.addressing === this.#addressing) {
      return this.#isValid(region) ? region : undefined;
    }
    return budget.affords && this.#cache.mayCompile(physical) ? this.#compile(pc >>> 0, physical) : undefined;
  }

  /** Whether the region's pages are mapped as when it was compiled. */
  #isValid(region: CompiledRegion): boolean {
    const { stamp } = this.#space;
    if (!this.#hasRoom(region)) return false;
    if (!region.stamps.has(stamp)) {
      for (const [virtual, page] of region.pages) if (this.#builder.codePage(virtual) !== page) return false;
      for (const span of region.spans) if (!this.#spans.holds(span)) return this.#dropShared(region);
      if (this.#cache.find(region.physical, region.ring) !== region) return false;
      if (region.stamps.size > mostStamps) {
        this.#cache.forgetJump(region);
        region.stamps.clear();
      }
      region.stamps.add(stamp);
    }
    this.#cache.rememberJump(region, stamp);
    return true;
  }

  /** Whether R, and LIMIT in this ring, leave room for the comparisons that the region makes. */
  #hasRoom({ addressing, leastBound }: CompiledRegion): boolean {
    return addressing === 'paged' || this.#machine.namedBound >= leastBound;
  }

  /** A region whose spans are another address space's is compiled anew, without any. */
  #dropShared(region: CompiledRegion): false {
    this.#speculation.isShared(region.physical, region.ring);
    this.#cache.drop(region);
    this.#cache.rekindle(region);
    return false;
  }

  /** Nothing that was compiled for a span goes on: also not the region that runs, hence the horizon. */
  #spanLost(span: Span): void {
    for (const region of this.#cache.all()) {
      if (!region.spans.has(span)) continue;
      this.#cache.drop(region);
      this.#cache.rekindle(region);
    }
    this.#machine.horizon = 0;
  }

  /** Enters a region; returns the pc to go on at (signed). */
  #enter(region: CompiledRegion): number {
    const machine = this.#machine;
    const words = this.#words;
    const fuel = Math.min(machine.horizon - machine.steps, slice);
    if (fuel < region.longest) return region.entry | 0;
    this.#tellState();
    words[SLOT.SITE >>> 2] = 0;
    this.#entrySteps = machine.steps;
    this.#entryFuel = fuel;
    this.#uncounted = 0;
    const done = fuel - region.run(fuel);
    machine.steps = this.#entrySteps + done - this.#uncounted;
    this.statistics.compiledSteps += done;
    this.statistics.entries += 1;
    const pc = words[SLOT.PC >>> 2] as number;
    if (words[SLOT.MISS >>> 2] === MISS.CHECK) this.#noteFailure(pc);
    const site = words[SLOT.SITE >>> 2] as number;
    if (site !== 0 && (site & 3) === 1 && site !== 1) this.#learn((site - 1) >>> 0, pc >>> 0);
    return pc;
  }

  /** An indirect jump in compiled code went where it was not expected. */
  #learn(site: number, target: number): void {
    if (this.#targets.note(site, target)) this.#recompile(site);
  }

  // ---- Compiling ----

  #compile(entry: number, physical: number): CompiledRegion | undefined {
    const started = performance.now();
    if (this.#cache.full) this.#clear();
    const place = { entry, physical, addressing: this.#addressing as Addressing, stamp: this.#space.stamp };
    this.#cache.cool(physical);
    const region = this.#builder.build(place, this.#breaks);
    if (region === undefined) return undefined;
    this.#budget.spend(region.bytes);
    this.#count(region, started);
    if (!this.#hasRoom(region)) return undefined;
    this.#cache.rememberJump(region, place.stamp);
    return region;
  }

  #count({ bytes, spans }: CompiledRegion, started: number): void {
    this.statistics.regions += 1;
    this.statistics.codeBytes += bytes;
    if (spans.size > 0) this.statistics.spanning += 1;
    this.statistics.compileSeconds += (performance.now() - started) / 1000;
  }

  /** Tells regions that are entered from now on what they cannot be compiled for. */
  #tellState(): void {
    const { namedBound, plainBound, base, ring } = this.#machine;
    const words = this.#words;
    words[SLOT.NAMED_BOUND >>> 2] = namedBound;
    words[SLOT.PLAIN_BOUND >>> 2] = plainBound;
    words[SLOT.BASE >>> 2] = base;
    words[SLOT.RING >>> 2] = ring;
    words[SLOT.STAMP >>> 2] = this.#space.stamp;
    words[SLOT.SALT >>> 2] = jumpSalt(this.#space.stamp);
  }

  /** Called by compiled code: executes a system instruction. Returns how the region goes on (AFTER). */
  #system(number: number, fuel: number): number {
    const machine = this.#machine;
    const { ring } = machine;
    const { step, pc } = this.#builder.site(number);
    const steps = this.#entrySteps + this.#entryFuel - fuel;
    machine.steps = steps;
    const next = step(pc);
    this.#uncounted = steps - machine.steps;
    const isSame = machine.ring === ring && machine.translation === this.#translation;
    if (isSame && next === ((pc + 4) | 0) && machine.horizon !== 0) return AFTER.ON;
    this.#words[SLOT.PC >>> 2] = next;
    if (machine.horizon === 0) return AFTER.END;
    if (machine.translation !== this.#translation) this.#translationChanged();
    this.#tellState();
    return AFTER.HOP;
  }

  // ---- Staying right ----

  #written(at: number, length: number, mark: boolean): void {
    const { watched } = this.#machine.memory;
    const bits = (watched[at >>> 12] as number) | (watched[(at + length - 1) >>> 12] as number);
    if ((bits & WATCH.COMPILED) !== 0 && this.#cache.written(at, length)) this.#machine.horizon = 0;
    if ((bits & WATCH.TABLE) === 0 || mark) return;
    this.#spans.written(at, length);
    this.#forgetTranslations();
  }

  /** A page table was written: no translation is known to hold. */
  #forgetTranslations(): void {
    this.#tables.flush((page) => this.#spans.needs(page));
    this.#spaces.clear();
    this.#translation = -1;
  }

  /** PTBR, R or LIMIT changed, or nothing is known any more. */
  #translationChanged(): void {
    const machine = this.#machine;
    this.#translation = machine.translation;
    this.#space.filled = this.#tables.suspend();
    this.#space = this.#spaceNow();
    this.#tables.resume(this.#space.filled);
    if (machine.paging) this.#addressing = 'paged';
    else if (machine.base % PAGE !== 0) this.#addressing = undefined;
    else this.#addressing = isWhole(machine) ? 'direct' : 'relocated';
  }

  /** The address space that the machine is in now: a known one, or a new one. */
  #spaceNow(): Space {
    const machine = this.#machine;
    const limit = machine.readSystem(SR.LIMIT);
    const where = machine.paging ? machine.readSystem(SR.PTBR) : `${machine.base}+${machine.plainBound}`;
    const key = limit === 0 ? where : `${where} ${limit}`;
    const known = this.#spaces.get(key);
    if (known !== undefined) return known;
    if (this.#spaces.size >= mostSpaces) this.#spaces.clear();
    this.#stamps += 1;
    const space = { stamp: this.#stamps, filled: [] };
    this.#spaces.set(key, space);
    return space;
  }

  #clear(): void {
    this.#cache.clear();
    this.#builder.clear();
  }
}

/** Whether all of memory, and nothing else, can be reached, in every ring. */
function isWhole(machine: Machine): boolean {
  const { base, plainBound, memory } = machine;
  return base === 0 && plainBound === memory.size && machine.readSystem(SR.LIMIT) === 0;
}
