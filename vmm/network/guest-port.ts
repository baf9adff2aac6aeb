/**
 * A guest's port at a switch: what its network device is plugged into. The guest has the same
 * address on every host. It is where a port with its address is active.
 *
 *     reserved   no guest is here yet: the port takes no frames, so that no frame exists twice
 *     running    frames go into the guest's device
 *     held       the guest is stopped: frames wait here, and arrive when it continues
 *     departed   the guest has left: frames wait here until the switch learns where it
 *                is now, and then are sent there
 */
import type { NetworkLink } from '../../isa/machine/devices/network.ts';
import { destinationOf, formatAddress, isGroup } from './frame.ts';
import type { Passing, Station, Switch } from './switch.ts';
import { UNTAGGED } from './vlan.ts';

/** In one process, a frame arrives this many steps after it was sent. */
export const LATENCY = 1000;

/** Most frames that wait for a stopped guest. Further frames are lost. */
export const HELD_MAX = 256;

/** The receiver of the frames: a machine, bare or virtual. */
export interface Receiver {
  deliver(frame: Uint8Array, at?: number): boolean;
}

type PortState = 'reserved' | 'running' | 'held' | 'departed';

export class GuestPort implements NetworkLink, Station {
  readonly kind = 'guest';
  readonly name: string;
  readonly address: Uint8Array;
  readonly vlan: number;
  readonly #switch: Switch;
  #state: PortState = 'reserved';
  #receiver: Receiver | undefined;
  #waiting: Passing[] = [];
  #lost = 0;
  #received = 0;

  /** Joins the switch, in the state `reserved`. */
  constructor(joined: Switch, address: Uint8Array, name = formatAddress(address), vlan: number = UNTAGGED) {
    this.#switch = joined;
    this.address = address.slice();
    this.name = name;
    this.vlan = vlan;
    joined.join(this);
  }

  get state(): PortState {
    return this.#state;
  }

  /** Frames that wait for the guest. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Frames that were lost because there was no room here or in the device. */
  get lost(): number {
    return this.#lost;
  }

  /** Frames, sent to the guest's own address, that its device got through this port. */
  get received(): number {
    return this.#received;
  }

  /**
   * The guest runs here from now on. Frames that waited arrive at its current step. Other switches are not told: see
   * `announce`.
   */
  run(receiver: Receiver): void {
    const waited = this.#waiting;
    this.#waiting = [];
    this.#receiver = receiver;
    this.#state = 'running';
    for (const passing of waited) this.take(passing);
  }

  /** The guest is stopped for some time: its frames wait. */
  hold(): void {
    this.#receiver = undefined;
    this.#state = 'held';
  }

  /** Tells all switches that the guest is here now. */
  announce(): void {
    this.#switch.announce(this, this.address);
  }

  /**
   * The guest has left. Its frames wait until its new place is announced, and then are sent there, and the port is
   * closed.
   */
  depart(): void {
    this.hold();
    this.#state = 'departed';
    const now = this.#switch.stationOf(this.address, this.vlan);
    if (now !== undefined && now !== this) this.moved(this.address, this.vlan);
  }

  /** Leaves the switch. Frames that still wait are lost. */
  close(): void {
    this.#lost += this.#waiting.length;
    this.#waiting = [];
    this.#receiver = undefined;
    this.#state = 'reserved';
    this.#switch.leave(this);
  }

  /** The guest sends a frame, at its step `at`. */
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

  moved(address: Uint8Array, vlan: number): void {
    if (this.#state !== 'departed' || vlan !== this.vlan || !sameAddress(address, this.address)) return;
    const waited = this.#waiting;
    this.#waiting = [];
    this.#state = 'reserved';
    for (const { frame } of waited) this.#switch.pass(this, { frame, at: undefined, follows: this.address });
    this.close();
  }

  /** Whether a frame, which the switch may have sent to all stations, is for this guest. */
  #isFor({ frame, follows }: Passing): boolean {
    const to = follows ?? destinationOf(frame);
    return isGroup(to) || sameAddress(to, this.address);
  }
}

function sameAddress(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, n) => byte === b[n]);
}
