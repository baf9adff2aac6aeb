/**
 * How much compiling may cost. To compile a region takes as long as many interpreted steps, and the engine cannot know in
 * advance whether the region will save that time. So a run earns its budget by what it executes, like a skier who buys
 * skis after renting them often enough (R. Karp, "On-line Algorithms Versus Off-line Algorithms", 1992). Then even a
 * short run is never much slower than on the interpreter, and a longer run can soon afford every hot region.
 *
 * The unit of all costs is the interpreted step, not time, so the same run compiles the same regions on every machine.
 */
import { hottest } from './cache.ts';

/**
 * The price of a region: a fixed part, and a part for each byte of its code. The price falls after the compiler has made
 * `warmUp` bytes of code. By then the host has optimized the compiler itself, and a run that has come so far is probably long.
 */
const price = { cold: { region: 100_000, byte: 40 }, warm: { region: 20_000, byte: 15 } } as const;
const warmUp = 300_000;

/**
 * Bytes of a usual region. The budget must cover the price of one before it compiles, except for the first: that is
 * mostly a small loop, which soon earns the price of others.
 */
const usual = 4000;

/** One in so many interpreted steps may be spent on regions. */
const share = 10;

/** Visits before code is compiled by the second tier at once: as many as cost about as much as a small region. */
const visits = 3000;

/** Visits before code is compiled by the first tier; and executions of one of its blocks before the second tier has it. */
const first = { visits: 8, executions: 40_000 } as const;

/**
 * The price of a batch: a fixed part, and one for each instruction; and the instructions of a usual one. It is far below the
 * cost, because interpreting costs so much more than a batch does. The price of the first one is high, so that the shortest
 * runs compile nothing.
 */
const batchPrice = { first: 100_000, batch: 1000, instruction: 10, usual: 300 } as const;

/** Of compiled steps one in so many may be spent on regions: a step in a block costs about a twentieth of an interpreted one. */
const savedShare = 32;

/**
 * How many failed checks of an access, and how many jumps to an unexpected target, it takes before their regions are
 * compiled again: one costs some microseconds, and a region costs as much as many of them. `tests` is for runs with `hot`.
 */
const patience = { usual: { failures: 256, misses: 1600 }, tests: { failures: 16, misses: 16 } } as const;

/** After so many times the patience, failures do not wait for the budget. */
const urgent = 4;

/**
 * What a failure or a miss costs, in interpreted steps. The budget earns this, so that it can pay for compiling
 * again.
 */
const failure = 100;

/** Steps, and failures, after which the budget is computed again. */
const interval = 10_000;
const failuresPerInterval = 1000;

/**
 * Decides whether a region may be compiled. If `hot` is given, this number of visits is always enough, and costs do
 * not count.
 */
export class Budget {
  /** Failed checks of an access before its regions are compiled again. */
  readonly failures: number;
  /** Misses of an indirect jump before its regions are compiled again. */
  readonly misses: number;
  /** Visits that make code hot; `hottest` while the budget is too small for any code. */
  visits: number;
  /** Executions of a block of the first tier before the second tier has it. */
  readonly executions: number;
  /** Whether the budget is enough for a region; and for a batch. */
  affords: boolean;
  affordsBatch: boolean;
  /** The step at which `visits` is to be computed again. */
  dueAt: number;
  /** At first the price of a region, so that the shortest runs compile nothing. */
  #spent: number = price.cold.region;
  /** Bytes of code made. */
  #made = 0;
  #earned = 0;
  #spentOnBatches: number = batchPrice.first;
  #earnedForBatches = 0;
  #failures = 0;
  /** Steps, and compiled steps among them, that `#earned` contains. */
  #ran = 0;
  #compiled = 0;
  /** `hot` was given: costs do not count, and `dueAt` is never reached. */
  readonly #isFree: boolean;

  /** For tests: `hot` as in FastOptions. */
  constructor(hot: number | undefined, early: number | undefined) {
    ({ failures: this.failures, misses: this.misses } = hot === undefined ? patience.usual : patience.tests);
    this.#isFree = hot !== undefined;
    this.executions = hot ?? first.executions;
    this.visits = early ?? hot ?? hottest;
    this.affords = this.#isFree;
    this.affordsBatch = early !== undefined;
    this.dueAt = this.#isFree ? Number.POSITIVE_INFINITY : 0;
  }

  /** Notes that a region with this many bytes of code was compiled. */
  spend(bytes: number): void {
    this.#spent += this.#price(bytes);
    this.#made += bytes;
    if (!this.#isFree) this.dueAt = 0;
  }

  #price(bytes: number): number {
    const { region, byte } = this.#made < warmUp ? price.cold : price.warm;
    return region + byte * bytes;
  }

  /** Notes that a batch with this many instructions was compiled. */
  spendOnBatch(instructions: number): void {
    this.#spentOnBatches += batchPrice.batch + batchPrice.instruction * instructions;
    if (!this.#isFree) this.dueAt = 0;
  }

  /**
   * Whether code is compiled again because it failed so many `times`. At `enough` the budget must afford it; after several
   * times as many, the failures have cost more than compiling does.
   */
  affordsAgain(times: number, enough: number): boolean {
    return times >= enough && (this.affords || times >= enough * urgent);
  }

  /** Notes that a check failed or a jump missed. */
  fail(): void {
    this.#earned += failure;
    this.#failures += 1;
    if (this.#failures % failuresPerInterval === 0 && !this.#isFree) this.dueAt = 0;
  }

  /**
   * Computes the budget again. `steps` is the machine's count of steps, `idle` how many of them the engine did not
   * execute, and `compiled` how many compiled code executed.
   */
  reckon(steps: number, idle: number, compiled: number): void {
    const ran = steps - idle;
    const saved = compiled - this.#compiled;
    const interpreted = ran - this.#ran - saved;
    // Only whole numbers: at the first fraction the host would throw away its optimized code of the engine.
    this.#earned += Math.floor(saved / savedShare) + Math.floor(interpreted / share);
    this.#earnedForBatches += interpreted;
    this.#ran = ran;
    this.#compiled = compiled;
    const credit = this.#earned - this.#spent;
    const needed = this.#made === 0 ? 0 : this.#price(usual);
    this.affords = credit >= needed;
    const { batch, instruction, usual: size } = batchPrice;
    this.affordsBatch = this.#earnedForBatches - this.#spentOnBatches >= batch + instruction * size;
    if (this.affordsBatch) this.visits = first.visits;
    else this.visits = this.affords ? visits : hottest;
    this.dueAt = steps + interval;
  }
}
