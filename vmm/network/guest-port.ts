/**
 * A guest's place at a switch, and the far end of its network device. The guest keeps its
 * address wherever it goes; its place is where a port of that address is active.
 *
 *     reserved   nobody is here yet: takes nothing, so that no frame is there twice
 *     running    frames go into the guest's device
 *     held       the guest is stopped: frames wait here, and arrive when it goes on
 *     departed   the guest has gone: frames wait here until the switch learns where it
 *                is now, and then follow it
 */
import type { NetworkLink } from '../../isa/machine/devices/network.ts';
import { destinationOf, formatAddress, isGroup } from './frame.ts';
import type { Passing, Station, Switch } from './switch.ts';

/** Steps from a frame's leaving one guest to its arriving at another, in one process. */
export const LATENCY = 1000;

/** Most frames that wait for a guest that is stopped; the next ones are lost. */
export const HELD_MAX = 256;

/** What gets the frames: a machine, bare or virtual. */
export interface Receiver {
  deliver(frame: Uint8Array, at?: number): boolean;
}

type PortState = 'reserved' | 'running' | 'held' | 'departed';

export class GuestPort implements NetworkLink, Station {
  readonly kind = 'guest';
  readonly name: string;
  readonly address: Uint8Array;
  readonly #switch: Switch;
  #state: PortState = 'reserved';
  #receiver: Receiver | undefined;
  #waiting: Passing[] = [];
  #lost = 0;
  #received = 0;

  /** Joins the switch, reserved. */
  constructor(joined: Switch, address: Uint8Array, name = formatAddress(address)) {
    this.#switch = joined;
    this.address = address.slice();
    this.name = name;
    joined.join(this);
  }

  get state(): PortState {
    return this.#state;
  }

  /** Frames that wait for the guest. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Frames that found no room here or in the device. */
  get lost(): number {
    return this.#lost;
  }

  /** Frames for the guest's own address that it was given here. */
  get received(): number {
    return this.#received;
  }

  /** The guest runs here: frames that waited arrive at its present step. Tells nobody: see `announce`. */
  run(receiver: Receiver): void {
    const waited = this.#waiting;
    this.#waiting = [];
    this.#receiver = receiver;
    this.#state = 'running';
    for (const passing of waited) this.take(passing);
  }

  /** The guest is stopped for a while: frames wait. */
  hold(): void {
    this.#receiver = undefined;
    this.#state = 'held';
  }

  /** Says to all switches that the guest is here now. */
  announce(): void {
    this.#switch.announce(this, this.address);
  }

  /** The guest has gone: frames wait until its new place is announced, then follow it, and the port is closed. */
  depart(): void {
    this.hold();
    this.#state = 'departed';
    const now = this.#switch.stationOf(this.address);
    if (now !== undefined && now !== this) this.moved(this.address);
  }

  /** Leaves the switch; frames that wait are lost. */
  close(): void {
    this.#lost += this.#waiting.length;
    this.#waiting = [];
    this.#receiver = undefined;
    this.#state = 'reserved';
    this.#switch.leave(this);
  }

  /** The guest sends, at its step `at`. */
  send(frame: Uint8Array, at: number): void {
    this.#switch.pass(this, { frame, at: at + LATENCY });
  }

  take(passing: Passing): void {
    if (this.#state === 'reserved' || !this.#isFor(passing)) return;
    if (this.#receiver !== undefined) {
      if (!this.#receiver.deliver(passing.frame, passing.at)) this.#lost += 1;
      else if (!isGroup(destinationOf(passing.frame))) this.#received += 1;
    } else if (this.#waiting.length < HELD_MAX) this.#waiting.push(passing);
    else this.#lost += 1;
  }

  moved(address: Uint8Array): void {
    if (this.#state !== 'departed' || !sameAddress(address, this.address)) return;
    const waited = this.#waiting;
    this.#waiting = [];
    this.#state = 'reserved';
    for (const { frame } of waited) this.#switch.pass(this, { frame, at: undefined, follows: this.address });
    this.close();
  }

  /** Whether a frame that the switch handed to all is for this guest. */
  #isFor({ frame, follows }: Passing): boolean {
    const to = follows ?? destinationOf(frame);
    return isGroup(to) || sameAddress(to, this.address);
  }
}

function sameAddress(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, n) => byte === b[n]);
}
