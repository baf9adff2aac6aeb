/**
 * Takes one snapshot of a guest after another. It remembers the last snapshot and tracks what has
 * changed since, because the next snapshot stores only that.
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

  /** The snapshot that was taken or restored last. The next snapshot is its child. */
  get parent(): Opened | undefined {
    return this.#parent;
  }

  /** Takes the first snapshot of a guest, with everything. Throws SnapshotError; the guest can continue after that. */
  takeAll(origin: Provenance, options?: WriteOptions): Opened {
    return this.#follow(
      this.#store.add(captureAll(this.#subject, origin, this.#store.files.sha256), options),
    );
  }

  /**
   * Takes a snapshot of what has changed since `parent`, which must exist. Throws SnapshotError; then the same call
   * can be made again.
   */
  takeChanges(name: string, options?: WriteOptions): Opened {
    if (this.#parent === undefined || this.#log === undefined) throw new Error('no snapshot to begin from');
    const content = captureChanges(this.#subject, name, this.#parent, this.#log.peek());
    return this.#follow(this.#store.add(content, options));
  }

  /**
   * Restores the guest to the last snapshot of the chain. Its disk must be made over the chain's blocks
   * already, without any writes since. Throws SnapshotError; the guest must not be used after that.
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
