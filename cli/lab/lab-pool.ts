/** The pool of `ringlab lab --pool`: what a page shows of it, each time that it changes. Nothing is written. */
import { eventsBetween, eventsOf, type PoolEvent } from '../../vmm/pool/events.ts';
import { pictureOf } from '../../vmm/pool/picture.ts';
import type { PoolView } from '../../vmm/pool/records.ts';
import { setTimeout as pause } from 'node:timers/promises';
import type { PoolFolder } from '../pool/pool-folder.ts';
import { changes } from '../pool/watching.ts';

const mostEvents = 60;
/** Milliseconds until a store that does not answer is asked again. */
const againMs = 2000;

export class LabPool {
  readonly #pool: PoolFolder;
  readonly #name: string;
  readonly #listeners = new Set<(text: string) => void>();
  readonly #ended = new AbortController();
  #before: PoolView;
  #events: readonly PoolEvent[];
  #text = '';

  private constructor(pool: PoolFolder, name: string, view: PoolView) {
    this.#pool = pool;
    this.#name = name;
    this.#before = view;
    this.#events = eventsOf(view).slice(-mostEvents);
    this.#tell(false);
    void this.#follow();
  }

  /** Rejects with a Failure when there is no such pool, or nobody answers. */
  static async open(pool: PoolFolder, name: string): Promise<LabPool> {
    return new LabPool(pool, name, await pool.view());
  }

  /** Tells the pool now, and each time that it changes, as JSON; the function that it returns ends that. */
  listen(told: (text: string) => void): () => void {
    this.#listeners.add(told);
    told(this.#text);
    return () => this.#listeners.delete(told);
  }

  close(): void {
    this.#ended.abort();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      try {
        for await (const view of changes(this.#pool, signal)) this.#take(view);
        return;
      } catch {
        this.#tell(true);
        await pause(againMs, undefined, { ref: false });
      }
    }
  }

  #take(view: PoolView): void {
    this.#events = [...this.#events, ...eventsBetween(this.#before, view, Date.now())].slice(-mostEvents);
    this.#before = view;
    this.#tell(false);
  }

  /** `isAway`: nobody answers, and this is how it was. */
  #tell(isAway: boolean): void {
    const text = JSON.stringify({ name: this.#name, picture: pictureOf(this.#before, this.#events), isAway });
    if (text === this.#text) return;
    this.#text = text;
    for (const told of this.#listeners) told(text);
  }
}
