/** A small seeded generator (xorshift32, Marsaglia 2003), so that a seed gives the same exercise everywhere. */
export class Random {
  #state: number;

  /** `stream` tells series of the same seed apart. */
  constructor(seed: number, stream = 0) {
    this.#state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(stream + 1, 0xc2b2ae35)) | 0;
    if (this.#state === 0) this.#state = 1;
    for (let n = 0; n < 8; n++) this.#word();
  }

  #word(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 0;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + (this.#word() % (high - low + 1));
  }

  /** True or false. */
  flip(): boolean {
    return this.between(0, 1) === 1;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.between(0, items.length - 1)] as Item;
  }

  /** `count` different items, in random order. */
  sample<Item>(items: readonly Item[], count: number): Item[] {
    const left = [...items];
    return Array.from(
      { length: Math.min(count, left.length) },
      () => left.splice(this.between(0, left.length - 1), 1)[0] as Item,
    );
  }

  shuffle<Item>(items: readonly Item[]): Item[] {
    return this.sample(items, items.length);
  }
}
