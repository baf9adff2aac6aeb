/** A store in memory, for tests and for the page: its time is what its owner says. */
import {
  type Commit,
  type CommitAnswer,
  type KeyChange,
  PoolContents,
  type PoolEntries,
  type PoolStore,
} from './store.ts';

interface MemoryLease {
  readonly ttlMs: number;
  until: number;
}

export class MemoryStore implements PoolStore {
  readonly #contents = new PoolContents();
  readonly #leases = new Map<string, MemoryLease>();
  readonly #clock: () => number;
  readonly #watching = new Set<() => void>();
  /** All entries as of a revision: whoever reads before the next commit gets the same. */
  #copy: { readonly entries: PoolEntries; readonly revision: number } | undefined;
  #granted = 0;

  /** `clock`: milliseconds since whenever. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  get entries(): PoolEntries {
    this.#expire();
    return this.#contents.entries;
  }

  /** How many commits were made: what is in it changes with that. */
  get revision(): number {
    this.#expire();
    return this.#contents.revision;
  }

  read(told: (entries: PoolEntries | undefined) => void): void {
    const { entries, revision } = this;
    if (this.#copy?.revision !== revision) this.#copy = { entries: new Map(entries), revision };
    told(this.#copy.entries);
  }

  commit({ when, changes }: Commit, told: (answer: CommitAnswer) => void): void {
    this.#expire();
    const holds =
      this.#contents.holds(when) &&
      changes.every(({ lease }) => lease === undefined || this.#leases.has(lease));
    if (holds) this.#apply(changes);
    told(holds ? 'committed' : 'refused');
  }

  grant(ttlMs: number, told: (lease: string | undefined) => void): void {
    this.#granted += 1;
    const id = `lease-${this.#granted}`;
    this.#leases.set(id, { ttlMs, until: this.#clock() + ttlMs });
    told(id);
  }

  renew(lease: string, told: (isAlive: boolean | undefined) => void): void {
    this.#expire();
    const found = this.#leases.get(lease);
    if (found !== undefined) found.until = this.#clock() + found.ttlMs;
    told(found !== undefined);
  }

  end(lease: string): void {
    if (!this.#leases.delete(lease)) return;
    const keys = this.#contents.keysOf(lease);
    if (keys.length > 0) this.#apply(keys.map((key) => ({ key, value: undefined })));
  }

  watch(told: () => void): () => void {
    this.#watching.add(told);
    return () => this.#watching.delete(told);
  }

  #apply(changes: readonly KeyChange[]): void {
    this.#contents.apply(changes);
    for (const told of this.#watching) told();
  }

  #expire(): void {
    const now = this.#clock();
    for (const [id, { until }] of this.#leases) if (until <= now) this.end(id);
  }
}
