/** What is where on the real machine of one guest, and what its monitor is told of it. */
import type { Image } from '../../isa/machine/image.ts';
import { SECTOR } from '../../isa/machine/devices/disk.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import type { Variant } from '../../isa/table/variants.ts';
import type { Allocation } from './contract.ts';
import { diskSectors, memorySize } from './program.ts';

/** Addresses in bytes. */
export interface Range {
  readonly at: number;
  readonly size: number;
}

/** What a guest and its monitor have of the real machine. */
export interface Ground {
  readonly guest: Range;
  /** The monitor's own memory. */
  readonly own: Range;
  /** Memory and, in bytes, disk that nobody has; poisoned. */
  readonly poisoned: readonly Range[];
  readonly poisonedDisk: readonly Range[];
  /** In bytes, the guest's part of the disk. */
  readonly guestDisk: Range;
}

/**
 * The real machine's memory, in pages: 8 of poison, the guest's 32, 8 of poison, 64 for the monitor.
 * Its disk, in sectors: 4 of poison, the guest's, 4 of poison.
 */
const before = 8 * PAGE;
const ownPages = 64;
const guestRange = { at: before, size: memorySize };
const ownRange = { at: before + memorySize + before, size: ownPages * PAGE };
export const firstSector = 4;

/** What a byte that nobody has is set to. */
export const poison = 0xa5;

/** Bytes of the real machine's memory. */
export const realSize = ownRange.at + ownRange.size;

export const ground: Ground = {
  guest: guestRange,
  own: ownRange,
  poisoned: [
    { at: 0, size: before },
    { at: before + memorySize, size: before },
  ],
  guestDisk: { at: firstSector * SECTOR, size: diskSectors * SECTOR },
  poisonedDisk: [0, firstSector + diskSectors].map((n) => ({ at: n * SECTOR, size: firstSector * SECTOR })),
};

/** What the monitor is told of its guest. */
export function allocationFor({ entry }: Image, variant: Variant): Allocation {
  return {
    at: guestRange.at,
    size: memorySize,
    firstSector,
    sectors: diskSectors,
    own: ownRange,
    unprivileged: variant.unprivileged,
    cpuid: variant.cpuid,
    entry,
  };
}
