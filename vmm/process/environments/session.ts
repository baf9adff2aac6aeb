/** What environments' calls remember of a process from one call to the next. */

export class CallState {
  /** Generators of random numbers, by the number that programs give them. */
  readonly generators = new Map<number, RandomNumbers>();
  /** Venus: blocks of the heap that `malloc` gave, by address: bytes, and whether it may be given again. */
  readonly blocks = new Map<number, { readonly size: number; free: boolean }>();
  /** Venus: files that were read to their end. */
  readonly ended = new Set<number>();
}

/** Java's random numbers (java.util.Random): RARS's, so that a seed gives what it gives there. */
export class RandomNumbers {
  #state: bigint;

  constructor(seed: number) {
    this.#state = (BigInt(seed) ^ multiplier) & mask;
  }

  /** A signed word. */
  word(): number {
    return this.#bits(32);
  }

  /** 0 to `bound` - 1. `bound`: above 0. */
  below(bound: number): number {
    if ((bound & -bound) === bound) return Number((BigInt(bound) * BigInt(this.#bits(31))) >> 31n);
    for (;;) {
      const bits = this.#bits(31);
      const value = bits % bound;
      // The last numbers, which would not fill another row of `bound`, are not taken.
      if (bits - value + (bound - 1) < 2 ** 31) return value;
    }
  }

  #bits(count: number): number {
    this.#state = (this.#state * multiplier + 0xbn) & mask;
    return Number(BigInt.asIntN(32, this.#state >> BigInt(48 - count)));
  }
}

const multiplier = 0x5deece66dn;
const mask = 2n ** 48n - 1n;
