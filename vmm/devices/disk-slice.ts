/**
 * A guest's disk as the monitor provides it: a slice of the real disk. The guest's driver
 * talks to the virtual disk (a Disk of its virtual machine), which checks the guest's
 * sector and DMA address against the guest's own disk and memory; this is the monitor's
 * path from there to the physical driver, through a page of the monitor's.
 */
import { type DiskStore, SECTOR } from '../../isa/machine/devices/disk.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import type { Allocation } from '../guest/allocator.ts';
import { moveSector } from './physical.ts';

export class DiskSlice implements DiskStore {
  readonly sectors: number;
  readonly #real: Machine;
  readonly #first: number;
  readonly #page: number;

  /** `page`: address of the monitor's page for transfers. */
  constructor(real: Machine, allocation: Allocation, page: number) {
    this.sectors = allocation.sectors;
    this.#real = real;
    this.#first = allocation.firstSector;
    this.#page = page;
  }

  read(n: number, into: Uint8Array): void {
    if (moveSector(this.#real, this.#sector(n), this.#page, 'read')) into.set(this.#bytes());
  }

  write(n: number, from: Uint8Array): void {
    this.#real.memory.fill(this.#page, from);
    moveSector(this.#real, this.#sector(n), this.#page, 'write');
  }

  /** The real sector of the guest's sector `n`, which the virtual disk has checked; checked again, for it is the border. */
  #sector(n: number): number {
    if (n < 0 || n >= this.sectors) throw new RangeError(`sector ${n} is not on this guest's disk`);
    return this.#first + n;
  }

  #bytes(): Uint8Array {
    return this.#real.memory.bytes.subarray(this.#page, this.#page + SECTOR);
  }
}
