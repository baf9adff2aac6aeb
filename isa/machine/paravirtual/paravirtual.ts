/**
 * A paravirtual machine: one that answers `vmcall`, as an architecture of its own. The bare machine with it is the *reference*: it
 * answers in one step, from the table of calls. A guest under a monitor has a virtual CPU with the same, so the monitor answers from
 * the same table, and can be compared with the reference at every step.
 *
 * A machine is paravirtual only if it is asked for (MachineOptions.paravirtual). Otherwise a guest could find out that there is a
 * monitor.
 */
import { LINE } from '../../table/traps.ts';
import type { Component } from '../component.ts';
import { type Network, NET_ALL } from '../devices/network.ts';
import type { Memory } from '../memory.ts';
import type { Caller } from './caller.ts';
import { calls } from './calls.ts';
import { DiskRing, type DiskRingState } from './disk-ring.ts';
import { NET_IDLE, ringsIn } from './network-ring.ts';
import { CallRefusal, REFUSED } from './refusal.ts';

/** What a paravirtual machine has in addition. */
export interface ParavirtualState {
  readonly disk: DiskRingState;
  /** Physical address of the page with the network rings; null = there is none. */
  readonly networkPage: number | null;
  /** Numbers of the pages that were given back, ascending. */
  readonly absent: readonly number[];
}

export class Paravirtual implements Component<ParavirtualState> {
  readonly disk = new DiskRing();
  /** Physical address of the page with the network rings; undefined = there is none. */
  networkPage: number | undefined;
  /** Told of each page (by number) that is no page table any more, as the guest says. */
  onTableFreed: ((page: number) => void) | undefined;
  readonly #memory: Memory;
  readonly #network: Network;

  constructor(memory: Memory, network: Network) {
    this.#memory = memory;
    this.#network = network;
    network.onRest = () => this.#setIdle(1);
  }

  /** Physical addresses of the pages that are rings. */
  get pages(): readonly number[] {
    return [this.disk.page, this.networkPage].filter((page) => page !== undefined);
  }

  /** Answers the call whose number is in a7, and leaves its result in a0. */
  answer(caller: Caller): void {
    const { x } = caller;
    const [a0, a1, a2, number] = [x[10], x[11], x[12], x[17]].map((word) => (word as number) >>> 0);
    try {
      const call = calls[number as number];
      const args = [a0 as number, a1 as number, a2 as number] as const;
      x[10] = call === undefined ? REFUSED.UNKNOWN_CALL[0] : call.run(caller, this, args);
    } catch (error) {
      if (!(error instanceof CallRefusal)) throw error;
      x[10] = error.number;
    }
  }

  /** Lets what is due at step `now` happen. */
  pass(now: number, caller: Pick<Caller, 'disk'>): void {
    while (now >= this.disk.doneAt) this.disk.finish(caller.disk, this.#memory);
  }

  /** The interrupt of `line` is taken: what the rings have made pending is not pending any more. */
  taken(line: number): void {
    if (line === LINE.DISK) this.disk.event = false;
    if (line === LINE.NETWORK && this.networkPage !== undefined) this.#network.acknowledge(NET_ALL);
  }

  // ---- The network rings ----

  /** Puts the rings into `page`, `count` descriptors each; undefined: there are none any more. */
  openNetworkRing(page: number | undefined, count: number, control: number): void {
    this.networkPage = page;
    const { transmit, receive } = ringsIn(page ?? 0, count);
    this.#network.transmit = page === undefined ? 0 : transmit;
    this.#network.receive = page === undefined ? 0 : receive;
    this.#network.descriptors = count;
    this.#network.control = control;
    this.#setIdle(1);
  }

  /** Starts sending at step `now`. */
  startNetwork(now: number): void {
    this.#setIdle(0);
    this.#network.start(now);
  }

  #setIdle(value: number): void {
    if (this.networkPage !== undefined) this.#memory.write(this.networkPage + NET_IDLE, 4, value);
  }

  save(): ParavirtualState {
    const { absent } = this.#memory;
    return { disk: this.disk.save(), networkPage: this.networkPage ?? null, absent };
  }

  restore({ disk, networkPage, absent }: ParavirtualState): void {
    this.disk.restore(disk);
    this.networkPage = networkPage ?? undefined;
    this.#memory.setAbsent(absent);
  }
}
