/**
 * A hosted guest's disk: the real one, with the two things a host must know of writes.
 *
 *   - which sectors are written while the disk is being copied (`onWrite`);
 *   - what a sector had when the keep's base was taken (keep.ts): kept before the sector is
 *     first overwritten, so that the disk can be put back to the base and the guest's run
 *     repeated from there, reads and all.
 */
import { type DiskStore, SECTOR } from '../../../isa/machine/devices/disk.ts';

export class GuestDisk implements DiskStore {
  readonly sectors: number;
  readonly #store: DiskStore;
  /** Told of every sector that is written. */
  onWrite: ((sector: number) => void) | undefined;
  #keepOld: ((sector: number, old: Uint8Array) => void) | undefined;
  readonly #kept = new Set<number>();

  constructor(store: DiskStore) {
    this.sectors = store.sectors;
    this.#store = store;
  }

  read(n: number, into: Uint8Array): void {
    this.#store.read(n, into);
  }

  write(n: number, from: Uint8Array): void {
    if (this.#keepOld && !this.#kept.has(n)) {
      const old = new Uint8Array(SECTOR);
      this.#store.read(n, old);
      this.#keepOld(n, old);
      this.#kept.add(n);
    }
    this.onWrite?.(n);
    this.#store.write(n, from);
  }

  /** From here on `keep` gets what each sector has before it is first overwritten. */
  keepOld(keep: (sector: number, old: Uint8Array) => void): void {
    this.#kept.clear();
    this.#keepOld = keep;
  }
}
