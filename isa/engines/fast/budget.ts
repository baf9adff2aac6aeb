/**
 * How much compiling may cost. A region costs as much as many interpreted steps, and nobody knows in advance whether it
 * will be worth it. So a run pays for compiling by what it has executed, like a skier who buys skis after renting them
 * often enough (R. Karp, "On-line Algorithms Versus Off-line Algorithms", 1992). Then even a short run is never
 * much slower than on the interpreter, and a longer run can soon pay for everything it wants.
 *
 * Everything is counted in interpreted steps, not in time, so the same run compiles the same regions everywhere.
 */
import { hottest } from './cache.ts';

/** A region's price: so much, and so much for each byte of its code; less once the compiler, which the host compiles too, has made some code. */
const price = { cold: { region: 200_000, byte: 120 }, warm: { region: 50_000, byte: 60 } } as const;
const warmUp = 40_000;

/** Bytes of a usual region. Only the first is begun without the price of such a one: it is mostly a small loop, and pays for others. */
const usual = 4000;

/** Of interpreted steps, one in so many may be spent; compiled ones have saved nearly all of theirs. */
const share = 10;

/** Visits before a place is compiled: as many as cost about as much as a small region. */
const visits = 3000;

/**
 * Failed checks of an access, and jumps that went where they were not expected, before their regions are compiled
 * anew: each costs some microseconds, a region as much as many. And where `hot` is given.
 */
const patience = { usual: { failures: 256, misses: 1600 }, tests: { failures: 16, misses: 16 } } as const;

/** What a failure or a miss costs, in interpreted steps. The budget earns this, so that compiling again pays once it costs less. */
const failure = 100;

/** Steps, and failures, after which what can be afforded is reckoned anew. */
const interval = 100_000;
const failuresPerInterval = 1000;

/** What guides the decision to compile. With `hot`, the visits that are always enough, nothing else is asked. */
export class Budget {
  /** Failed checks of an access before its regions are compiled anew; and misses of an indirect jump. */
  readonly failures: number;
  readonly misses: number;
  /** Visits that make a place hot: `hottest` while nothing can be afforded. To be reckoned anew at step `dueAt`. */
  visits: number;
  dueAt: number;
  /** At first a region's price, so that the shortest runs compile nothing. */
  #spent: number = price.cold.region;
  #made = 0;
  /** What was earned, and by which steps. */
  #earned = 0;
  #failures = 0;
  #ran = 0;
  #compiled = 0;
  /** Nothing is asked but `hot`, and so nothing is ever due to be reckoned. */
  readonly #isFree: boolean;

  constructor(hot: number | undefined) {
    ({ failures: this.failures, misses: this.misses } = hot === undefined ? patience.usual : patience.tests);
    this.visits = hot ?? visits;
    this.#isFree = hot !== undefined;
    this.dueAt = this.#isFree ? Number.POSITIVE_INFINITY : 0;
  }

  /** Notes that a region of so many bytes was compiled. */
  spend(bytes: number): void {
    this.#spent += this.#price(bytes);
    this.#made += bytes;
    if (!this.#isFree) this.dueAt = 0;
  }

  #price(bytes: number): number {
    const { region, byte } = this.#made < warmUp ? price.cold : price.warm;
    return region + byte * bytes;
  }

  /** Whether the budget is enough for a region. */
  get affords(): boolean {
    return this.visits !== hottest;
  }

  /** Notes that a check failed or a jump missed. */
  fail(): void {
    this.#earned += failure;
    this.#failures += 1;
    if (this.#failures % failuresPerInterval === 0 && !this.#isFree) this.dueAt = 0;
  }

  /** Reckons at a step; so many of the steps were nobody's, and so many compiled code's. */
  reckon(steps: number, idle: number, compiled: number): void {
    const ran = steps - idle;
    const saved = compiled - this.#compiled;
    const interpreted = ran - this.#ran - saved;
    // Whole numbers, always: with the first fraction the host would throw away what it has optimized of the engine.
    this.#earned += saved + Math.floor(interpreted / share);
    this.#ran = ran;
    this.#compiled = compiled;
    const credit = this.#earned - this.#spent;
    const needed = this.#made === 0 ? 0 : this.#price(usual);
    this.visits = credit < needed ? hottest : visits;
    this.dueAt = steps + interval;
  }
}
