/**
 * What the members of a pool share: keys with values in JSON, and leases. A store is in memory (memory-store.ts), in a
 * folder (folder-store.ts) or in etcd (etcd-store.ts). Nothing here waits: an answer comes by a call, perhaps at once,
 * perhaps never.
 *
 * Everything that is changed is changed by a commit: all of it or nothing, and only if its conditions hold.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export interface PoolEntry {
  readonly value: Json;
  /** The number of the commit that wrote it, from 1; a later commit has a greater one. */
  readonly revision: number;
  /** The lease that it goes with; null = it stays. */
  readonly lease: string | null;
}

/** All that is in a store, by key. */
export type PoolEntries = ReadonlyMap<string, PoolEntry>;

/** A key was written last by that commit (0 = it is not there), or it is there and goes with that lease. */
export type CommitCondition =
  | { readonly key: string; readonly revision: number }
  | { readonly key: string; readonly lease: string };

/** A value of undefined removes the key. */
export interface KeyChange {
  readonly key: string;
  readonly value: Json | undefined;
  /** The lease that the value goes with. */
  readonly lease?: string;
}

export interface Commit {
  readonly when: readonly CommitCondition[];
  readonly changes: readonly KeyChange[];
}

/** unknown: no answer came in time. It may have been done, or be done yet. */
export type CommitAnswer = 'committed' | 'refused' | 'unknown';

export interface PoolStore {
  /** Tells all that is there now; undefined = the store cannot be reached. */
  read(told: (entries: PoolEntries | undefined) => void): void;
  commit(commit: Commit, told: (answer: CommitAnswer) => void): void;
  /** Makes a lease that ends by itself after so many milliseconds, and its keys with it; undefined = it could not be made. */
  grant(ttlMs: number, told: (lease: string | undefined) => void): void;
  /** Begins a lease's time anew; false = it has ended, undefined = no answer came. */
  renew(lease: string, told: (isAlive: boolean | undefined) => void): void;
  /** Ends a lease, and removes its keys. */
  end(lease: string): void;
  /** Calls `told` when something may have changed, until the function that it returns is called. */
  watch(told: () => void): () => void;
}

/** What commits make of a store: the part that every kind of store has. */
export class PoolContents {
  readonly entries = new Map<string, PoolEntry>();
  /** How many commits were made. */
  revision = 0;

  holds(when: readonly CommitCondition[]): boolean {
    return when.every((condition) => {
      const found = this.entries.get(condition.key);
      return 'lease' in condition
        ? found?.lease === condition.lease
        : (found?.revision ?? 0) === condition.revision;
    });
  }

  /** Makes the changes of a commit whose conditions hold. */
  apply(changes: readonly KeyChange[]): void {
    this.revision += 1;
    for (const { key, value, lease = null } of changes)
      if (value === undefined) this.entries.delete(key);
      else this.entries.set(key, { value, revision: this.revision, lease });
  }

  /** The keys that go with a lease. */
  keysOf(lease: string): string[] {
    return [...this.entries].filter(([, entry]) => entry.lease === lease).map(([key]) => key);
  }
}
