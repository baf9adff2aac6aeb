/**
 * Guests on one network in one process, which behave the same on every run. Each guest's clock is its
 * own step count, and all clocks go equally fast. A frame that is sent at step s arrives
 * at step s + LATENCY of the receiver, however fast each guest is simulated.
 *
 * This is a conservative simulation of parallel processes (Chandy and Misra, 1979): no
 * frame arrives earlier than LATENCY steps after it was sent, so every guest can run that many
 * steps before it must wait for the others. The order of the guests does not matter, nor do
 * the engine and the monitor. While all guests sleep, no frame can arrive earlier than LATENCY steps after
 * the first one wakes.
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

/** After so many steps without progress the guests are stuck. It is more than the longest timer, 2^32 steps. */
const PATIENCE = 2 ** 33;

/** A guest's place on the network, and how its last run ended. */
interface Seat extends LanGuest {
  readonly port: GuestPort;
  stop: Stop;
  /** `port.received` at the end of the last round. */
  received: number;
}

export class Lan {
  readonly switch = new Switch();
  readonly #seats: Seat[] = [];
  #now = 0;
  /** The step at which a guest last made progress. */
  #progress = 0;
  /** Steps since then in which at least one guest did not sleep. */
  #awake = 0;
  readonly #patience: number;

  constructor({ patience = PATIENCE } = {}) {
    this.#patience = patience;
  }

  /** A port for a guest. Make the guest's machine with the port as its `network`, and pass it to `add`. */
  port(address: Uint8Array, name?: string, vlan?: number): GuestPort {
    return new GuestPort(this.switch, address, name, vlan);
  }

  add(port: GuestPort, guest: LanGuest): void {
    port.run(guest.machine);
    this.#seats.push({ ...guest, port, stop: { kind: 'limit' }, received: 0 });
  }

  /** The step that all guests which run or sleep have reached. */
  get now(): number {
    return this.#now;
  }

  /** Runs all guests, at most until `LATENCY` steps after the first of them wakes. Returns the stop of each. */
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

  /** The first step at which a running guest may do something. */
  #wakingAt(): number {
    const running = this.#seats.filter(isRunning);
    const steps = running.map(({ machine }) => (machine.waiting ? machine.nextEvent : this.#now));
    const first = Math.min(...steps);
    return first === Number.POSITIVE_INFINITY ? this.#now : first;
  }

  /** Notes progress that this class cannot see: a guest has printed something, for example. */
  progressed(): void {
    this.#progress = this.#now;
    this.#awake = 0;
  }

  /**
   * If the guests are stuck: the steps since the last progress. They are stuck if these steps are more than the
   * patience, and all guests slept for nine tenths of them. Progress is that a guest prints something (`progressed`), or
   * gets a frame that was sent to its own address. Undefined if they are not stuck: a guest that computes may take any time.
   */
  get stuckFor(): number | undefined {
    const steps = this.#now - this.#progress;
    return steps > this.#patience && this.#awake < steps / 10 ? steps : undefined;
  }

  /** Runs until each guest has stopped or waits for input that cannot come, or until step `limit`. */
  run(limit = Number.POSITIVE_INFINITY): readonly Stop[] {
    for (;;) {
      const stops = this.round(limit);
      if (this.#now >= limit || this.isOver(stops)) return stops;
    }
  }

  /** Whether nothing more will happen: no guest can continue by itself, and no frame is on its way. */
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
