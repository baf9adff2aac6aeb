/**
 * A guest on its way from snapshot to snapshot: what was taken last, and what has
 * changed since, which is all that the next one stores.
 */
import { DirtyLog } from '../../isa/machine/dirty-log.ts';
import { type Chain, last, restoreMemory } from './chain.ts';
import { captureAll, captureChanges, type Provenance, type SnapshotParts } from './guest.ts';
import type { Opened } from './read.ts';
import type { Store } from './store.ts';
import type { WriteOptions } from './encode.ts';

export class Snapshotter {
  readonly #store: Store;
  readonly #subject: SnapshotParts;
  #log: DirtyLog | undefined;
  #parent: Opened | undefined;

  constructor(store: Store, subject: SnapshotParts) {
    this.#store = store;
    this.#subject = subject;
  }

  /** What was taken or restored last; the next snapshot is its child. */
  get parent(): Opened | undefined {
    return this.#parent;
  }

  /** Takes the first snapshot of a guest: everything. Throws SnapshotError; the guest goes on all the same. */
  takeAll(origin: Provenance, options?: WriteOptions): Opened {
    return this.#follow(
      this.#store.add(captureAll(this.#subject, origin, this.#store.files.sha256), options),
    );
  }

  /** Takes what changed since `parent`, which there must be. Throws SnapshotError; nothing is lost then. */
  takeChanges(name: string, options?: WriteOptions): Opened {
    if (this.#parent === undefined || this.#log === undefined) throw new Error('no snapshot to begin from');
    const content = captureChanges(this.#subject, name, this.#parent, this.#log.peek());
    return this.#follow(this.#store.add(content, options));
  }

  /**
   * Puts the guest where the chain's last snapshot is. Its disk is over the chain's blocks
   * already, and nothing was written to it. Throws SnapshotError, and the guest is no use then.
   */
  restore(chain: Chain): void {
    const { machine, state } = this.#subject;
    restoreMemory(this.#store.files, chain, machine.memory);
    state.restore(last(chain).description.state);
    this.#follow(last(chain));
  }

  #follow(snapshot: Opened): Opened {
    this.#parent = snapshot;
    if (this.#log === undefined) this.#log = new DirtyLog(this.#subject.machine.memory);
    else this.#log.take();
    this.#subject.disk?.keep();
    return snapshot;
  }
}
