/**
 * The fast engine: it interprets code until it is hot, and then runs it as WebAssembly.
 *
 * It counts visits to the targets of backward jumps (cache.ts), forms a region at a hot one (region.ts),
 * compiles the region (compile.ts), and from then on enters it instead of interpreting. Compiled
 * code either completes an instruction or ends before it. In the second case the interpreter executes the
 * instruction, so that all traps are raised in one place.
 */
import type { Machine } from '../../machine/machine.ts';
import { WATCH } from '../../machine/memory.ts';
import type { Stop } from '../../machine/stop.ts';
import { FETCH } from '../../machine/translate.ts';
import { decode } from '../../table/table.ts';
import type { Engine } from '../engine.ts';
import { Interpreter } from '../interpreter/interpreter.ts';
import { Budget } from './budget.ts';
import { HOP } from './body.ts';
import { RegionBuilder } from './builder.ts';
import { type Entrance, CodeCache } from './cache.ts';
import { Delegated } from './delegated.ts';
import { MISS } from './access.ts';
import { Batches } from './first/batch.ts';
import { JumpSamples, sampling } from './jumps.ts';
import { AFTER, jumpSalt, markEnd, SITE, SLOT } from './layout.ts';
import { type CompilingStatistics, Regions } from './regions.ts';
import { Spaces } from './spaces.ts';
import { Spans } from './spans.ts';
import { Speculation } from './speculation.ts';
import { FlatTables } from './tables.ts';
import { TargetProfile } from './targets.ts';
import { wasm, type WasmMemory } from './webassembly.ts';

/** Counts of what the engine has done, for `--stats`. */
export interface FastStatistics extends CompilingStatistics {
  /** Steps that compiled code executed. */
  compiledSteps: number;
  /** How often the engine entered a region; jumps from region to region are not counted. */
  entries: number;
  /** Checks in compiled code that failed, so that the interpreter made the access; first accesses to a page are not counted. */
  failures: number;
}

/** Most steps before compiled code returns, so that the host can switch to optimized code. */
const slice = 2 ** 22;

/** How many visits one arrival counts if it came from compiled code. */
const leftHeat = 20;

/** Options of the fast engine. */
export interface FastOptions {
  /**
   * Visits after which code is compiled, whatever that costs. If undefined, the budget decides (budget.ts). Tests set
   * it low.
   */
  readonly hot?: number | undefined;
  /**
   * With `hot`: visits before the first tier compiles, whatever it costs; `hot` executions of a block later the second tier
   * does. Default: the second tier only.
   */
  readonly early?: number | undefined;
}

export class FastEngine implements Engine {
  readonly name = 'fast';
  readonly statistics: FastStatistics = {
    regions: 0,
    batches: 0,
    codeBytes: 0,
    compileSeconds: 0,
    compiledSteps: 0,
    entries: 0,
    spanning: 0,
    failures: 0,
  };
  readonly #machine: Machine;
  readonly #interpreter: Interpreter;
  readonly #words: Int32Array;
  readonly #cache: CodeCache;
  readonly #tables: FlatTables;
  readonly #spans: Spans;
  readonly #spaces: Spaces;
  readonly #budget: Budget;
  readonly #targets: TargetProfile;
  readonly #samples: JumpSamples;
  readonly #speculation: Speculation;
  readonly #delegated: Delegated;
  readonly #builder: RegionBuilder;
  readonly #regions: Regions;
  /**
   * The interpreter passes each target (physical) of a backward jump. True = return to the engine: a region may begin
   * there, or the budget is due.
   */
  readonly #arrives = (physical: number): boolean =>
    physical < 0 ||
    this.#cache.visit(physical, 1, this.#budget.visits) ||
    this.#machine.steps >= this.#budget.dueAt;
  /** Steps that the engine did not execute: before its first run, or while the machine waited. */
  #idle = 0;
  /** The step at which the last burst ended. */
  #burstEnd = 0;
  /** Steps and fuel when the running region was entered. */
  #entrySteps = 0;
  #entryFuel = 0;
  /** Steps that the running region's fuel counted but the machine did not; negative if a monitor's handler made steps. */
  #uncounted = 0;
  /** Counts pages that came to be watched. */
  #watches = 0;

  /** Throws TypeError if compiled code cannot reach the storage of the machine. */
  constructor(machine: Machine, { hot, early }: FastOptions = {}) {
    if (machine.storage.wasm === undefined) throw new TypeError('the fast engine needs wasmStorage');
    this.#machine = machine;
    this.#interpreter = new Interpreter(machine);
    this.#words = new Int32Array(machine.storage.buffer);
    const functions = new wasm.Table({ element: 'anyfunc', initial: 256 });
    this.#cache = new CodeCache(machine.memory, machine.storage.buffer, functions);
    this.#budget = new Budget(hot, early);
    this.#targets = new TargetProfile(this.#budget);
    this.#samples = new JumpSamples(machine.storage.buffer);
    this.#tables = new FlatTables(machine);
    const spans = new Spans(machine, this.#tables, (lost) => this.#regions.spanLost(lost));
    this.#spans = spans;
    this.#spaces = new Spaces(machine, this.#tables, spans, () => this.#regions.clear());
    this.#delegated = new Delegated(machine);
    const memory = machine.storage.wasm as WasmMemory;
    const system = (site: number, fuel: number) => this.#system(site, fuel);
    const batches = new Batches({ memory, table: functions, system }, this.#budget.executions);
    this.#speculation = new Speculation(spans, this.#budget, this.#delegated, batches);
    const shared = { machine, cache: this.#cache, spans, speculation: this.#speculation, batches };
    this.#builder = new RegionBuilder({
      ...shared,
      functions,
      tables: this.#tables,
      targets: this.#targets,
      delegated: this.#delegated,
      system,
    });
    const { statistics } = this;
    const deciding = { ...shared, budget: this.#budget, spaces: this.#spaces, builder: this.#builder };
    this.#regions = new Regions(deciding, statistics);
    markEnd(machine.storage.buffer, machine.memory.size);
    machine.memory.onWrite((at, length, mark) => this.#written(at, length, mark));
    machine.memory.onPresence(() => this.#forgetPlaces());
    machine.memory.onWatch((page) => {
      this.#watches += 1;
      this.#tables.purge(page);
      this.#spans.watched(page);
    });
  }

  /** Loads and stores that are left to the interpreter now (delegated.ts). */
  get delegated(): number {
    return this.#delegated.size;
  }

  run(until: number): Stop {
    const machine = this.#machine;
    for (;;) {
      const stop = machine.settle(until);
      if (stop !== undefined) return stop;
      this.#idle += machine.steps - this.#burstEnd;
      this.#burst();
      this.#burstEnd = machine.steps;
    }
  }

  /** Computes the budget again when it is due. */
  #reckon(): void {
    const { steps } = this.#machine;
    if (steps < this.#budget.dueAt) return;
    this.#budget.reckon(steps, this.#idle, this.statistics.compiledSteps);
  }

  /** Executes until the horizon. */
  #burst(): void {
    const machine = this.#machine;
    const { breaks } = machine;
    this.#regions.avoid(breaks);
    let pc = machine.pc | 0;
    let left = false;
    while (machine.steps < machine.horizon) {
      if (breaks?.addresses.has(pc >>> 0) && breaks.arrive(pc >>> 0)) break;
      if (!this.#spaces.isCurrent) this.#spaces.update();
      this.#reckon();
      const at = machine.locate(pc, 4, FETCH, false);
      // After a miss, interpret that instruction first and fill the tables, even if a region begins here: the region
      // that missed needs the entry.
      const missed = this.#words[SLOT.MISS >>> 2] !== 0;
      const region = missed ? undefined : this.#regions.at(pc, at, left ? leftHeat : 1);
      const before = machine.steps;
      if (region !== undefined) pc = this.#enter(region);
      const entered = machine.steps !== before;
      if (!entered && machine.steps < machine.horizon) pc = this.#interpret(pc, at, left);
      left = entered;
    }
    machine.pc = pc >>> 0;
  }

  /**
   * Interprets: after a miss, the one instruction whose access missed; otherwise blocks, until it is time to look for
   * a region.
   */
  #interpret(pc: number, at: number, left: boolean): number {
    const miss = this.#words[SLOT.MISS >>> 2] as number;
    return miss === 0
      ? this.#interpreter.runBlocks(pc, at, left, this.#arrives)
      : this.#makeUpFor(miss, pc, at);
  }

  /**
   * Interprets the instruction whose access missed in compiled code. Then its page can be entered in the flat tables.
   */
  #makeUpFor(miss: number, pc: number, at: number): number {
    this.#words[SLOT.MISS >>> 2] = 0;
    const { ring, translation } = this.#machine;
    const next = this.#interpreter.executeAt(pc, at);
    const isSame = this.#machine.ring === ring && this.#machine.translation === translation;
    const isMade = next === ((pc + 4) | 0) && isSame;
    if (isMade && this.#spaces.addressing === 'paged') this.#enterInTables(miss, pc >>> 0);
    return next;
  }

  #enterInTables(miss: number, pc: number): void {
    const va = (this.#words[SLOT.MISS_ADDRESS >>> 2] as number) >>> 0;
    const state = this.#tables.fill(va, (miss & MISS.STORE) !== 0, (miss & MISS.NAMED) !== 0);
    if (state !== 'entered') this.statistics.failures += 1;
    if (state === 'known') this.#noteAcross(pc);
    else if (state === 'refused' && this.#speculation.refused(pc)) this.#regions.recompile(pc);
  }

  /** Notes that a check of the access at `pc` failed. */
  #noteFailure(pc: number): void {
    this.#words[SLOT.MISS >>> 2] = 0;
    this.statistics.failures += 1;
    const { x, memory, ring, tables } = this.#machine;
    const physical = tables.physical(pc >>> 0, ring);
    const at = physical < 0 ? undefined : decode(memory.read(physical, 4));
    if (at === undefined) return;
    const va = ((x[at.rs1] as number) + at.imm) >>> 0;
    if (this.#speculation.failed(pc >>> 0, va)) this.#regions.recompile(pc >>> 0);
  }

  /** Drops translations and compiled code, so that a new machine can use the storage. */
  close(): void {
    this.#forgetPlaces();
    this.#regions.clear();
  }

  /** Drops translations. */
  #forgetPlaces(): void {
    this.#spans.clear();
    this.#spaces.forget();
  }

  /**
   * A group of accesses missed although its first page is in the table, so it lies across two pages. If this happens
   * often, the group is split.
   */
  #noteAcross(pc: number): void {
    if (this.#speculation.acrossPages(pc)) this.#regions.recompile(pc);
  }

  // ---- Entering regions ----

  /** Enters a region; returns the next pc (signed). */
  #enter(region: Entrance): number {
    const machine = this.#machine;
    const words = this.#words;
    const fuel = Math.min(machine.horizon - machine.steps, slice);
    if (fuel < region.longest) return region.entry | 0;
    this.#tellState();
    words[SLOT.SITE >>> 2] = 0;
    this.#entrySteps = machine.steps;
    this.#entryFuel = fuel;
    this.#uncounted = 0;
    const done = fuel - region.run(fuel, region.index);
    machine.steps = this.#entrySteps + done - this.#uncounted;
    this.statistics.compiledSteps += done;
    this.statistics.entries += 1;
    const pc = words[SLOT.PC >>> 2] as number;
    if (words[SLOT.MISS >>> 2] === MISS.CHECK) this.#noteFailure(pc);
    const site = words[SLOT.SITE >>> 2] as number;
    if (site !== 0 && site !== HOP) this.#learn(site, pc >>> 0);
    this.#samples.read(this.#learn);
    return pc;
  }

  /** Notes where an indirect jump in compiled code went. The two lowest bits of `site` say which kind of jump (SITE). */
  readonly #learn = (site: number, target: number): void => {
    const kind = site & 3;
    const pc = (site - kind) >>> 0;
    if (kind === SITE.FIRST) this.#targets.note(pc, target);
    else if (this.#targets.miss(pc, target, kind === SITE.SAMPLED ? sampling : 1))
      this.#regions.recompile(pc);
  };

  /** Writes the state that regions read when they run, because it may change after they are compiled. */
  #tellState(): void {
    const { namedBound, plainBound, base, ring } = this.#machine;
    const words = this.#words;
    words[SLOT.NAMED_BOUND >>> 2] = namedBound;
    words[SLOT.PLAIN_BOUND >>> 2] = plainBound;
    words[SLOT.BASE >>> 2] = base;
    words[SLOT.RING >>> 2] = ring;
    words[SLOT.STAMP >>> 2] = this.#spaces.stamp;
    words[SLOT.SALT >>> 2] = jumpSalt(this.#spaces.stamp);
  }

  /** Called by compiled code: executes a system instruction or a delegated access. Returns how the region continues (AFTER). */
  #system(number: number, fuel: number): number {
    const machine = this.#machine;
    const { ring } = machine;
    const { step, pc, access } = this.#builder.site(number);
    if (access !== undefined && this.#delegated.isOver(pc >>> 0, access)) this.#regions.recompile(pc >>> 0);
    const watches = this.#watches;
    const { stamp } = this.#spaces;
    const steps = this.#entrySteps + this.#entryFuel - fuel - this.#uncounted;
    machine.steps = steps;
    const next = step(pc);
    this.#uncounted += steps - machine.steps;
    const isEarly = machine.horizon - machine.steps < fuel;
    if (!isEarly && !this.#spaces.isCurrent) this.#spaces.update();
    // What the region has found out about pages is no longer true once another page is watched.
    const isSame = machine.ring === ring && this.#spaces.stamp === stamp && this.#watches === watches;
    if (isSame && next === ((pc + 4) | 0) && !isEarly) return AFTER.ON;
    this.#words[SLOT.PC >>> 2] = next;
    if (isEarly) return AFTER.END;
    this.#tellState();
    return AFTER.HOP;
  }

  // ---- Writes to watched pages ----

  #written(at: number, length: number, mark: boolean): void {
    const { watched } = this.#machine.memory;
    const bits = (watched[at >>> 12] as number) | (watched[(at + length - 1) >>> 12] as number);
    if ((bits & WATCH.COMPILED) !== 0 && this.#cache.written(at, length)) this.#machine.horizon = 0;
    if ((bits & WATCH.TABLE) === 0 || mark) return;
    this.#spans.written(at, length);
    this.#spaces.forget();
  }
}
