/** A simulated host's way to the store of its pool. What is sent over it can be lost, or be late. */
import type { MemoryStore } from '../vmm/pool/memory-store.ts';
import type { Commit, CommitAnswer, PoolEntries, PoolStore } from '../vmm/pool/store.ts';

/** Milliseconds after which a host gives up a question that the store does not answer. */
const giveUpMs = 3000;
/** Milliseconds after which a question arrives over a slow line: its sender has given it up by then. */
const lateMs = giveUpMs + 1000;

/** It loses questions (cut), or answers (deaf), or its questions arrive late (slow). */
export type LineMode = 'ok' | 'cut' | 'deaf' | 'slow';

export class StoreLine implements PoolStore {
  mode: LineMode = 'ok';
  readonly #store: MemoryStore;
  readonly #clock: () => number;
  /** What happens later, and when. */
  #waiting: { readonly at: number; readonly act: () => void }[] = [];

  /** `clock`: milliseconds since whenever. */
  constructor(store: MemoryStore, clock: () => number) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Does what is due. */
  turn(): void {
    const now = this.#clock();
    const due = this.#waiting.filter(({ at }) => at <= now);
    this.#waiting = this.#waiting.filter(({ at }) => at > now);
    for (const { act } of due) act();
  }

  #later(ms: number, act: () => void): void {
    this.#waiting.push({ at: this.#clock() + ms, act });
  }

  /** `nothing`: what is told when no answer comes. */
  #send<T>(ask: (told: (answer: T) => void) => void, nothing: T, told: (answer: T) => void): void {
    if (this.mode === 'ok') {
      ask(told);
      return;
    }
    if (this.mode === 'deaf') ask(() => {});
    this.#later(giveUpMs, () => told(nothing));
    if (this.mode === 'slow') this.#later(lateMs, () => ask(() => {}));
  }

  read(told: (entries: PoolEntries | undefined) => void): void {
    this.#send<PoolEntries | undefined>((answer) => this.#store.read(answer), undefined, told);
  }

  commit(commit: Commit, told: (answer: CommitAnswer) => void): void {
    this.#send<CommitAnswer>((answer) => this.#store.commit(commit, answer), 'unknown', told);
  }

  grant(ttlMs: number, told: (lease: string | undefined) => void): void {
    this.#send<string | undefined>((answer) => this.#store.grant(ttlMs, answer), undefined, told);
  }

  renew(lease: string, told: (isAlive: boolean | undefined) => void): void {
    this.#send<boolean | undefined>((answer) => this.#store.renew(lease, answer), undefined, told);
  }

  end(lease: string): void {
    this.#send<void>(
      () => this.#store.end(lease),
      undefined,
      () => {},
    );
  }

  watch(told: () => void): () => void {
    return this.#store.watch(told);
  }
}
