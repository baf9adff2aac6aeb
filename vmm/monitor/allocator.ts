/**
 * The allocator: the only part of the monitor that hands out memory, devices and time
 * (Popek and Goldberg 1974, section 3: "the allocator will … decide what system resources
 * are to be provided"). Whatever it did not give, no guest reaches.
 *
 *     0           guest 1's memory, guest 2's, …
 *     then        one page for the monitor's disk transfers
 *     then        frames for shadow page tables
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
}

export interface Share {
  readonly memory: number;
  readonly sectors?: number;
  /** Its share of time against the other guests'; default 1. */
  readonly weight?: number;
}

/** Frames for shadow page tables: for each guest, as one table maps 4 MiB, and for several address spaces. */
const framesPerGuest = 128;

/** Steps of a turn of weight 1. */
const quantum = 10_000;

export class Allocator {
  readonly allocations: readonly Allocation[];
  /** Address of the page for disk transfers. */
  readonly transferPage: number;
  /** Bytes of real memory that all this needs. */
  readonly memory: number;
  readonly sectors: number;
  readonly #free: number[] = [];

  constructor(shares: readonly Share[]) {
    let at = 0;
    let firstSector = 0;
    this.allocations = shares.map(({ memory, sectors = 0, weight = 1 }) => {
      const allocation = { at, size: memory, firstSector, sectors, turn: Math.ceil(quantum * weight) };
      at += memory;
      firstSector += sectors;
      return allocation;
    });
    this.sectors = firstSector;
    this.transferPage = at;
    const frames = framesPerGuest * shares.length;
    for (let n = frames; n > 0; n--) this.#free.push(at + n * PAGE);
    this.memory = at + (frames + 1) * PAGE;
  }

  /** The address of a free frame, or undefined: all are in use. */
  takeFrame(): number | undefined {
    return this.#free.pop();
  }

  releaseFrame(at: number): void {
    this.#free.push(at);
  }
}
