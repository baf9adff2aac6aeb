/**
 * What compiling may cost. A region costs as much as many interpreted steps, and whether it will be worth it
 * nobody knows: so compiling is paid for by what was run, as a skier buys skis who has hired them often
 * enough (R. Karp, "On-line Algorithms Versus Off-line Algorithms", 1992). A run is then never much slower
 * than the interpreter would have been, however short it is; one that goes on soon pays for all it wants.
 *
 * All is counted in interpreted steps, not in time: the same run compiles the same regions everywhere.
 */
import { hottest } from './cache.ts';

/** A region's price: so much, and so much for each byte of its code. */
const price = { region: 200_000, byte: 150 } as const;

/** Of interpreted steps, one in so many may be spent; compiled ones have saved nearly all of theirs. */
const share = 10;

/** Visits before a place is compiled: as many as cost about as much as a small region. */
const visits = 3000;

/** Failed checks before their region is compiled anew. Each costs some microseconds, a region as much as hundreds. */
const failures = 256;

/** Steps after which what can be afforded is reckoned anew. */
const interval = 100_000;

/** What guides the decision to compile. With `hot`, the visits that are always enough, nothing else is asked. */
export class Budget {
  /** Failed checks of an access before its regions are compiled anew. */
  readonly failures: number;
  /** Visits that make a place hot: `hottest` while nothing can be afforded. To be reckoned anew at step `dueAt`. */
  visits: number;
  dueAt: number;
  /** At first a region's price, so that the shortest runs compile nothing. */
  #spent: number = price.region;

  constructor(hot: number | undefined) {
    this.failures = hot === undefined ? failures : 16;
    this.visits = hot ?? visits;
    this.dueAt = hot === undefined ? 0 : Number.POSITIVE_INFINITY;
  }

  /** A region of so many bytes was compiled. */
  spend(bytes: number): void {
    this.#spent += price.region + price.byte * bytes;
    if (this.dueAt !== Number.POSITIVE_INFINITY) this.dueAt = 0;
  }

  /** Whether a region can be afforded. */
  get affords(): boolean {
    return this.visits !== hottest;
  }

  /** Reckons at a step; so many of the steps were nobody's, and so many compiled code's. */
  reckon(steps: number, idle: number, compiled: number): void {
    const credit = compiled + (steps - idle - compiled) / share - this.#spent;
    this.visits = credit < 0 ? hottest : visits;
    this.dueAt = steps + interval;
  }
}
