/**
 * A hosted guest's disk: the real one, with the two things a host must know of writes.
 *
 *   - which sectors are written while the disk is being copied (`onWrite`);
 *   - what a sector had when the keep's base was taken (keep.ts): saved before the sector is
 *     first overwritten, so that the disk can be put back to the base and the guest's run
 *     repeated from there, reads and all.
 *
 * A guest's step cannot be stopped halfway. So a sector that cannot be written, or whose old contents cannot be saved,
 * waits here until `settle` has written it; reads find it meanwhile.
 */
import { type DiskStore, SECTOR } from '../../../isa/machine/devices/disk.ts';
import { isStorageError } from './trouble.ts';

export class GuestDisk implements DiskStore {
  readonly sectors: number;
  readonly #store: DiskStore;
  /** Told of every sector that is written. */
  onWrite: ((sector: number) => void) | undefined;
  #keepOld: ((sector: number, old: Uint8Array) => void) | undefined;
  readonly #kept = new Set<number>();
  /** Sectors that could not be written yet, in order. */
  readonly #waiting = new Map<number, Uint8Array>();

  constructor(store: DiskStore) {
    this.sectors = store.sectors;
    this.#store = store;
  }

  read(n: number, into: Uint8Array): void {
    const waiting = this.#waiting.get(n);
    if (waiting === undefined) this.#store.read(n, into);
    else into.set(waiting);
  }

  write(n: number, from: Uint8Array): void {
    this.onWrite?.(n);
    if (this.#waiting.size === 0) {
      try {
        this.#put(n, from);
        return;
      } catch (error) {
        if (!isStorageError(error)) throw error;
      }
    }
    this.#waiting.set(n, from.slice());
  }

  /** Writes what waits. Throws the system's error. */
  settle(): void {
    for (const [n, bytes] of this.#waiting) {
      this.#put(n, bytes);
      this.#waiting.delete(n);
    }
  }

  /** Whether all that the guest has written is on the disk. */
  get isSettled(): boolean {
    return this.#waiting.size === 0;
  }

  #put(n: number, from: Uint8Array): void {
    if (this.#keepOld && !this.#kept.has(n)) {
      const old = new Uint8Array(SECTOR);
      this.#store.read(n, old);
      this.#keepOld(n, old);
      this.#kept.add(n);
    }
    this.#store.write(n, from);
  }

  /** From here on `keep` gets what each sector has before it is first overwritten. */
  keepOld(keep: (sector: number, old: Uint8Array) => void): void {
    this.#kept.clear();
    this.#keepOld = keep;
  }
}
