/**
 * The allocator, Popek and Goldberg's A (1974, section 3): the only part of the monitor
 * that hands out memory, devices and time. Whatever it did not give, no guest reaches.
 *
 *     0           guest 1's memory, guest 2's, …
 *     then        one page for the monitor's disk transfers
 *     then        frames for shadow page tables, so many for each guest
 *     then        for each guest that is translated: the page of its save area, the table
 *                 that maps the monitor's region, its translation cache
 *     then        rings and frames of the real network device
 */
import { PAGE } from '../../isa/machine/storage.ts';

/** What one guest was given. */
export interface Allocation {
  /** Physical address and size of its memory, in bytes, whole pages. */
  readonly at: number;
  readonly size: number;
  /** First sector and number of sectors of its part of the real disk. */
  readonly firstSector: number;
  readonly sectors: number;
  /** Steps of one turn. */
  readonly turn: number;
  /** For its shadow page tables: its own, so that no guest takes another's. */
  readonly frames: FramePool;
  /** The monitor's region in its address spaces, where its code is translated. */
  readonly region?: RegionFrames;
}

/** Physical addresses of what the monitor's region maps. */
export interface RegionFrames {
  readonly savePage: number;
  readonly table: number;
  readonly cache: number;
  /** Bytes of the cache. */
  readonly size: number;
}

/** Frames of real memory, given and taken back one by one. */
export class FramePool {
  readonly #free: number[];

  /** The `count` frames from physical address `at` on. */
  constructor(at: number, count: number) {
    this.#free = Array.from({ length: count }, (_, n) => at + n * PAGE).reverse();
  }

  /** The address of a free frame, or undefined: all are in use. */
  take(): number | undefined {
    return this.#free.pop();
  }

  release(at: number): void {
    this.#free.push(at);
  }
}

export interface Share {
  readonly memory: number;
  readonly sectors?: number | undefined;
  /** Its share of time against the other guests'; default 1. */
  readonly weight?: number | undefined;
  /** Bytes of translation cache; default none. */
  readonly cache?: number | undefined;
  /** Frames that it needs besides those of its shadow page tables; default none. */
  readonly frames?: number | undefined;
}

/** Frames for shadow page tables: for each guest, as one table maps 4 MiB, and for several address spaces. */
const framesPerGuest = 128;

/** Steps of a turn of weight 1. */
const quantum = 10_000;

export class Allocator {
  readonly allocations: readonly Allocation[];
  /** Address of the page for disk transfers. */
  readonly transferPage: number;
  /** Address of the memory for the real network device. */
  readonly uplinkAt: number;
  /** Bytes of real memory that all this needs. */
  readonly memory: number;
  readonly sectors: number;

  /** `uplink`: bytes for the real network device. */
  constructor(shares: readonly Share[], uplink = 0) {
    this.transferPage = shares.reduce((sum, { memory }) => sum + memory, 0);
    this.sectors = shares.reduce((sum, { sectors = 0 }) => sum + sectors, 0);
    const counts = shares.map(({ frames = 0 }) => framesPerGuest + frames);
    const framesAt = this.transferPage + PAGE;
    const regionsAt = framesAt + sum(counts) * PAGE;
    const regions = shares.map(({ cache = 0 }) => (cache === 0 ? 0 : 2 * PAGE + cache));
    this.uplinkAt = regions.reduce((end, bytes) => end + bytes, regionsAt);
    this.memory = this.uplinkAt + uplink;
    let at = 0;
    let firstSector = 0;
    this.allocations = shares.map(({ memory: size, sectors = 0, weight = 1, cache = 0 }, n) => {
      const frames = new FramePool(framesAt + sum(counts.slice(0, n)) * PAGE, counts[n] as number);
      const savePage = regions.slice(0, n).reduce((end, bytes) => end + bytes, regionsAt);
      const region = { savePage, table: savePage + PAGE, cache: savePage + 2 * PAGE, size: cache };
      const turn = Math.ceil(quantum * weight);
      const given = { at, size, firstSector, sectors, turn, frames };
      const allocation = cache === 0 ? given : { ...given, region };
      at += size;
      firstSector += sectors;
      return allocation;
    });
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, number) => all + number, 0);
}
