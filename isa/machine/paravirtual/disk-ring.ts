/**
 * The disk ring: requests for the disk in one page that the guest and the monitor share.
 *
 *     +0    PUT     the guest's: how many requests it has put in, modulo 2^32
 *     +4    DONE    the monitor's: how many of them are done
 *     +8    IDLE    the monitor's: 1 = it does not look at the ring until it is kicked
 *     +16 + 16 (n modulo 128)    request n:
 *           +0 sector, +4 physical address, +8 command as in PORT_DISK_COMMAND,
 *           +12 the monitor's: status, as in PORT_DISK_STATUS: 2 done, 3 failed
 *
 * The guest writes requests, then PUT, and kicks if IDLE is 1. Each request takes as long as a command of the disk. After each,
 * line 2 becomes pending once: when its interrupt is taken, it is not pending any more, and nothing has to be acknowledged.
 *
 * What the monitor must be able to trust (how far it has got, the request under way) is here and not in the page.
 */
import type { Component } from '../component.ts';
import { type Disk, DISK_STATUS, DISK_STEPS, type DiskRequest } from '../devices/disk.ts';
import type { Memory } from '../memory.ts';
import { never } from '../timer.ts';

/** Offsets in the page. */
export const RING = { PUT: 0, DONE: 4, IDLE: 8, REQUESTS: 16, REQUEST_BYTES: 16, STATUS: 12 } as const;
/** Places for requests. */
export const RING_PLACES = 128;

/** A ring's state. */
export interface DiskRingState {
  /** Physical address of the page; null = there is no ring. */
  readonly page: number | null;
  /** Requests done, modulo 2^32. */
  readonly done: number;
  /** The request under way, and the step at which it is done. */
  readonly request: (DiskRequest & { readonly doneAt: number }) | null;
  /** Whether line 2 is pending for it. */
  readonly event: boolean;
}

export class DiskRing implements Component<DiskRingState> {
  /** Physical address of its page; undefined = there is no ring. */
  page: number | undefined;
  /** Whether line 2 is pending for it. */
  event = false;
  #done = 0;
  #request: DiskRingState['request'] = null;

  /** The step at which the request under way is done; Infinity if there is none. */
  get doneAt(): number {
    return this.#request?.doneAt ?? never;
  }

  /** Begins with an empty ring in `page`; undefined: ends the ring. No request is under way. */
  open(page: number | undefined, memory: Memory): void {
    this.page = page;
    this.event = false;
    this.#done = 0;
    if (page === undefined) return;
    memory.write(page + RING.PUT, 4, 0);
    memory.write(page + RING.DONE, 4, 0);
    memory.write(page + RING.IDLE, 4, 1);
  }

  /** How many requests wait; more than RING_PLACES if the guest has spoiled PUT. */
  waiting(memory: Memory): number {
    return this.page === undefined ? 0 : (memory.read(this.page + RING.PUT, 4) - this.#done) >>> 0;
  }

  /** Starts with the next request at step `now`, unless one is under way or none waits. */
  start(now: number, memory: Memory): void {
    const { page } = this;
    const waiting = this.waiting(memory);
    if (page === undefined || this.#request !== null) return;
    const rests = waiting === 0 || waiting > RING_PLACES;
    memory.write(page + RING.IDLE, 4, rests ? 1 : 0);
    if (rests) return;
    const at = this.#place(page);
    const word = (offset: number) => memory.read(at + offset, 4) >>> 0;
    this.#request = { sector: word(0), address: word(4), command: word(8), doneAt: now + DISK_STEPS };
  }

  /** Ends the request under way, which is due, and starts with the next. */
  finish(disk: Disk, memory: Memory): void {
    const { page } = this;
    const request = this.#request;
    if (page === undefined || request === null) return;
    const good = disk.move(request, memory);
    memory.write(this.#place(page) + RING.STATUS, 4, good ? DISK_STATUS.DONE : DISK_STATUS.FAILED);
    this.#done = (this.#done + 1) >>> 0;
    memory.write(page + RING.DONE, 4, this.#done);
    this.event = true;
    this.#request = null;
    this.start(request.doneAt, memory);
  }

  #place(page: number): number {
    return page + RING.REQUESTS + RING.REQUEST_BYTES * (this.#done % RING_PLACES);
  }

  save(): DiskRingState {
    return { page: this.page ?? null, done: this.#done, request: this.#request, event: this.event };
  }

  restore({ page, done, request, event }: DiskRingState): void {
    this.page = page ?? undefined;
    this.#done = done;
    this.#request = request;
    this.event = event;
  }
}
