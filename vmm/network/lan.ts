/**
 * Guests on one network in one process, the same on every run: each guest's clock is its
 * own step count, all clocks go equally fast, and a frame that leaves at step s arrives
 * at step s + LATENCY of the receiver, however fast anybody is simulated.
 *
 * That is a conservative simulation of parallel processes (Chandy and Misra, 1979): a
 * frame is never due within LATENCY steps of its leaving, so all guests can run so far
 * before any of them has to look at the others. The order of turns does not matter, nor
 * the engine, nor the monitor. While all of them sleep, none is due within LATENCY steps of
 * the first one's waking.
 */
import type { Machine } from '../../isa/machine/machine.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import { GuestPort, LATENCY } from './guest-port.ts';
import { Switch } from './switch.ts';

export interface LanGuest {
  /** The guest's own machine: a bare one, or the virtual CPU. Its network device is plugged into the port. */
  readonly machine: Machine;
  readonly run: (until: number) => Stop;
}

/**
 * Steps without progress after which nobody on a network gets anywhere: more than any timer
 * runs, which counts to 2^32.
 */
const PATIENCE = 2 ** 33;

/** A guest's place on the network, and what came of it so far. */
interface Seat extends LanGuest {
  readonly port: GuestPort;
  stop: Stop;
  /** Frames of its own that it had been given when we last looked. */
  received: number;
}

export class Lan {
  readonly switch = new Switch();
  readonly #seats: Seat[] = [];
  #now = 0;
  /** The step at which somebody last made progress, and steps since then in which not all slept. */
  #progress = 0;
  #awake = 0;
  readonly #patience: number;

  constructor({ patience = PATIENCE } = {}) {
    this.#patience = patience;
  }

  /** A place for a guest; its machine is made with the port as its `network`, and given to `add`. */
  port(address: Uint8Array, name?: string): GuestPort {
    return new GuestPort(this.switch, address, name);
  }

  add(port: GuestPort, guest: LanGuest): void {
    port.run(guest.machine);
    this.#seats.push({ ...guest, port, stop: { kind: 'limit' }, received: 0 });
  }

  /** The step that all guests have reached, as far as they run or sleep. */
  get now(): number {
    return this.#now;
  }

  /** Runs all guests, until `LATENCY` steps after the first of them wakes at most; returns how each of them stands. */
  round(until = Number.POSITIVE_INFINITY): readonly Stop[] {
    const from = Math.max(this.#now, this.#wakingAt());
    this.#now = Math.min(from + LATENCY, until);
    this.#awake += Math.max(0, this.#now - from);
    let hasProgressed = false;
    for (const seat of this.#seats) {
      seat.stop = seat.run(this.#now);
      if (isRunning(seat)) hasProgressed ||= seat.port.received > seat.received;
      seat.received = seat.port.received;
    }
    if (hasProgressed) this.progressed();
    return this.#seats.map(({ stop }) => stop);
  }

  /** The first step at which one that runs may do something. */
  #wakingAt(): number {
    const running = this.#seats.filter(isRunning);
    const steps = running.map(({ machine }) => (machine.waiting ? machine.nextEvent : this.#now));
    const first = Math.min(...steps);
    return first === Number.POSITIVE_INFINITY ? this.#now : first;
  }

  /** Somebody got on, in a way that is not seen here: has printed something, say. */
  progressed(): void {
    this.#progress = this.#now;
    this.#awake = 0;
  }

  /**
   * Steps since a guest last printed something (`progressed`), or got a frame that is for nobody
   * else, if they are more than its patience, and all guests slept for nine tenths of them. Undefined
   * as long as somebody may get on: one that computes may, however long it takes.
   */
  get stuckFor(): number | undefined {
    const steps = this.#now - this.#progress;
    return steps > this.#patience && this.#awake < steps / 10 ? steps : undefined;
  }

  /** Runs until each has stopped or waits for what does not come, or to step `limit`. */
  run(limit = Number.POSITIVE_INFINITY): readonly Stop[] {
    for (;;) {
      const stops = this.round(limit);
      if (this.#now >= limit || this.isOver(stops)) return stops;
    }
  }

  /** Whether nothing will happen any more: no guest goes on by itself, and no frame is on its way. */
  isOver(stops: readonly Stop[]): boolean {
    return stops.every(
      ({ kind }, n) =>
        kind !== 'limit' &&
        !(kind === 'input' && this.#seats[n]?.machine.network.eventAt !== Number.POSITIVE_INFINITY),
    );
  }
}

/** Whether a guest may still do something, by itself or when a frame comes. */
function isRunning({ stop }: Seat): boolean {
  return stop.kind === 'limit' || stop.kind === 'input';
}
