/** A small seeded generator (xorshift32, Marsaglia 2003), so that case n of seed s is the same everywhere. */
export class Random {
  #state: number;

  constructor(seed: number, stream = 0) {
    this.#state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(stream + 1, 0xc2b2ae35)) | 0;
    if (this.#state === 0) this.#state = 1;
    for (let n = 0; n < 8; n++) this.word();
  }

  /** 32 random bits, signed. */
  word(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x;
  }

  /** A whole number from 0 to n - 1. */
  below(n: number): number {
    return (this.word() >>> 0) % n;
  }

  /** True in one of `n` cases. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}
