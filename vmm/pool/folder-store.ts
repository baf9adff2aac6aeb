/**
 * A store in a folder, for a pool on one machine: nothing to install, and no server.
 *
 *     log/N     commit N, from 1, as JSON
 *     base      the sum of all commits up to some N
 *     machine   which machine's folder this is
 *
 * Commit N is made by link(2): it is there whole or not at all, and of several writers one wins. Its writer has checked its
 * conditions against the commits up to N-1; who loses reads on and checks again. Leases are keys, too, and are renewed and
 * ended by commits, so a lease that somebody has ended cannot be renewed in between. Their times are of the machine's
 * monotonic clock, which all its processes share.
 */
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  type Commit,
  type CommitAnswer,
  type Json,
  type KeyChange,
  PoolContents,
  type PoolEntries,
  type PoolEntry,
  type PoolStore,
} from './store.ts';

export interface FolderStoreOptions {
  /** Names this machine, and its start. */
  readonly machine: string;
  readonly boot: string;
  /** Milliseconds since the machine's start, the same for all its processes. */
  readonly clock: () => number;
  /** Makes a name that nobody else has. */
  readonly newName: () => string;
}

/** The folder is another machine's. */
export class ForeignFolder extends Error {
  override readonly name = 'ForeignFolder';
}

/** Commits after which the sum is written anew. */
const commitsPerBase = 100;
/** Milliseconds for which commits stay that are in the sum: nobody who is that far behind writes the next one. */
const stayMs = 3_600_000;
/** Milliseconds after which who was idle begins again with the sum. */
const idleMs = 60_000;

const leasePrefix = 'lease/';

interface LeaseValue {
  readonly boot: string;
  readonly at: number;
  readonly ttlMs: number;
}

export class FolderStore implements PoolStore {
  readonly #folder: string;
  readonly #options: FolderStoreOptions;
  #contents = new PoolContents();
  #readAt = Number.NEGATIVE_INFINITY;

  /** Makes the folder if there is none. Throws ForeignFolder, and the system's error. */
  constructor(folder: string, options: FolderStoreOptions) {
    this.#folder = folder;
    this.#options = options;
    mkdirSync(join(folder, 'log'), { recursive: true, mode: 0o700 });
    const file = join(folder, 'machine');
    this.#link(options.machine, file);
    if (readFileSync(file, 'utf8') !== options.machine)
      throw new ForeignFolder(`${folder} is a pool of another machine: a folder holds a pool of one machine`);
  }

  read(told: (entries: PoolEntries | undefined) => void): void {
    told(this.#attempt(() => this.#visible()));
  }

  commit(commit: Commit, told: (answer: CommitAnswer) => void): void {
    told(this.#attempt(() => this.#commit(commit)) ?? 'unknown');
  }

  grant(ttlMs: number, told: (lease: string | undefined) => void): void {
    const lease = this.#options.newName();
    const key = `${leasePrefix}${lease}`;
    const changes = [{ key, value: this.#leaseValue(ttlMs) }];
    const answer = this.#attempt(() => this.#commit({ when: [{ key, revision: 0 }], changes }));
    told(answer === 'committed' ? lease : undefined);
  }

  renew(lease: string, told: (isAlive: boolean | undefined) => void): void {
    const key = `${leasePrefix}${lease}`;
    const answer = this.#attempt(() => {
      this.#endLate();
      const found = this.#contents.entries.get(key);
      if (found === undefined) return 'refused';
      const { ttlMs } = found.value as unknown as LeaseValue;
      return this.#commit({
        when: [{ key, revision: found.revision }],
        changes: [{ key, value: this.#leaseValue(ttlMs) }],
      });
    });
    told(answer === undefined || answer === 'unknown' ? undefined : answer === 'committed');
  }

  end(lease: string): void {
    this.#attempt(() => {
      this.#advance();
      return this.#end(lease);
    });
  }

  watch(told: () => void): () => void {
    const watcher = watch(join(this.#folder, 'log'), () => told());
    // A folder that is gone is seen by the next read.
    watcher.on('error', () => {});
    return () => watcher.close();
  }

  // ---- Leases ----

  #leaseValue(ttlMs: number): Json {
    const { boot, clock } = this.#options;
    return { boot, at: clock(), ttlMs };
  }

  /** Ends a lease, if it is as it was read. */
  #end(lease: string): CommitAnswer {
    const key = `${leasePrefix}${lease}`;
    const found = this.#contents.entries.get(key);
    if (found === undefined) return 'refused';
    const keys = [key, ...this.#contents.keysOf(lease)];
    const changes = keys.map((one) => ({ key: one, value: undefined }));
    return this.#commitOnce({ when: [{ key, revision: found.revision }], changes });
  }

  /** Reads on, and ends the leases whose time is over. */
  #endLate(): void {
    const { boot, clock } = this.#options;
    this.#advance();
    for (const [key, { value }] of this.#contents.entries) {
      if (!key.startsWith(leasePrefix)) continue;
      const lease = value as unknown as LeaseValue;
      if (lease.boot !== boot || clock() > lease.at + lease.ttlMs) this.#end(key.slice(leasePrefix.length));
    }
  }

  #visible(): PoolEntries {
    this.#endLate();
    return new Map([...this.#contents.entries].filter(([key]) => !key.startsWith(leasePrefix)));
  }

  // ---- Commits ----

  /** undefined = the system refused something: the folder cannot be reached, or the disk is full. */
  #attempt<T>(act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
      return undefined;
    }
  }

  #commit(commit: Commit): CommitAnswer {
    for (;;) {
      this.#endLate();
      const holds =
        this.#contents.holds(commit.when) && commit.changes.every((change) => this.#hasLease(change));
      if (!holds) return 'refused';
      const answer = this.#commitOnce(commit);
      if (answer !== 'refused') return answer;
    }
  }

  #hasLease({ lease }: KeyChange): boolean {
    return lease === undefined || this.#contents.entries.has(`${leasePrefix}${lease}`);
  }

  /** Makes the next commit, unless somebody else has: then it is refused. */
  #commitOnce({ when, changes }: Commit): CommitAnswer {
    if (!this.#contents.holds(when)) return 'refused';
    const number = this.#contents.revision + 1;
    if (!this.#link(JSON.stringify(changes), this.#file(number))) {
      this.#advance();
      return 'refused';
    }
    // Who stood still for an hour may have made a commit again that is in the sum, and was removed.
    if (this.#options.clock() - this.#readAt > stayMs / 2 && this.#baseRevision() >= number) {
      rmSync(this.#file(number), { force: true });
      this.#restart();
      return 'unknown';
    }
    this.#contents.apply(changes);
    if (number % commitsPerBase === 0) this.#writeBase();
    return 'committed';
  }

  /** Makes a file with that text, whole; returns whether it was not there before. */
  #link(text: string, path: string): boolean {
    const own = join(this.#folder, `${this.#options.newName()}.new`);
    writeFileSync(own, text, { flag: 'wx', mode: 0o600 });
    try {
      linkSync(own, path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      rmSync(own, { force: true });
    }
  }

  #file(number: number): string {
    return join(this.#folder, 'log', String(number).padStart(12, '0'));
  }

  /** Reads all commits that were made since. */
  #advance(): void {
    const now = this.#options.clock();
    if (now - this.#readAt > idleMs) this.#restart();
    this.#readAt = now;
    for (;;) {
      const text = readIfThere(this.#file(this.#contents.revision + 1));
      if (text === undefined) return;
      this.#contents.apply(JSON.parse(text) as KeyChange[]);
    }
  }

  // ---- The sum ----

  /** Begins with the sum. */
  #restart(): void {
    const text = readIfThere(join(this.#folder, 'base'));
    this.#contents = new PoolContents();
    if (text === undefined) return;
    const { revision, entries } = JSON.parse(text) as {
      revision: number;
      entries: [string, PoolEntry][];
    };
    this.#contents.revision = revision;
    for (const [key, entry] of entries) this.#contents.entries.set(key, entry);
  }

  #baseRevision(): number {
    const text = readIfThere(join(this.#folder, 'base.revision'));
    return text === undefined ? 0 : Number(text);
  }

  #writeBase(): void {
    const { revision, entries } = this.#contents;
    // The number is never behind the sum: it says which commits may be missing.
    this.#replace('base', JSON.stringify({ revision, entries: [...entries] }));
    if (this.#baseRevision() < revision) this.#replace('base.revision', String(revision));
    for (const name of readdirSync(join(this.#folder, 'log')).toSorted()) {
      const path = join(this.#folder, 'log', name);
      const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      if (Number(name) > revision - commitsPerBase || Date.now() - modified < stayMs) return;
      rmSync(path, { force: true });
    }
  }

  #replace(name: string, text: string): void {
    const own = join(this.#folder, `${this.#options.newName()}.new`);
    writeFileSync(own, text, { flag: 'wx', mode: 0o600 });
    renameSync(own, join(this.#folder, name));
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
