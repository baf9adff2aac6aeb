/**
 * Guests on one network in one process, the same on every run: each guest's clock is its
 * own step count, all clocks go equally fast, and a frame that leaves at step s arrives
 * at step s + LATENCY of the receiver, however fast anybody is simulated.
 *
 * That is a conservative simulation of parallel processes (Chandy and Misra, 1979): a
 * frame is never due within LATENCY steps of its leaving, so all guests can run so far
 * before any of them has to look at the others. The order of turns does not matter, nor
 * the engine, nor the monitor.
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

export class Lan {
  readonly switch = new Switch();
  readonly #guests: (LanGuest & { readonly port: GuestPort })[] = [];
  #now = 0;

  /** A place for a guest; its machine is made with the port as its `network`, and given to `add`. */
  port(address: Uint8Array, name?: string): GuestPort {
    return new GuestPort(this.switch, address, name);
  }

  add(port: GuestPort, guest: LanGuest): void {
    port.run(guest.machine);
    this.#guests.push({ ...guest, port });
  }

  /** The step that all guests have reached, as far as they run or sleep. */
  get now(): number {
    return this.#now;
  }

  /** Runs all guests by `LATENCY` steps at most; returns how each of them stands. */
  round(until = Number.POSITIVE_INFINITY): readonly Stop[] {
    this.#now = Math.min(this.#now + LATENCY, until);
    return this.#guests.map(({ run }) => run(this.#now));
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
        !(kind === 'input' && this.#guests[n]?.machine.network.eventAt !== Number.POSITIVE_INFINITY),
    );
  }
}
