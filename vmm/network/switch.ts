/**
 * The virtual switch: connects guests (guest-port.ts) and other switches (trunk.ts), as an
 * Ethernet switch does. From the frames that come from a station, it learns which addresses are
 * behind that station. It sends a frame to the station of its destination. If the destination is unknown
 * or a group, it sends the frame to all stations but the one it came from (IEEE 802.1D, transparent bridging).
 *
 * The switch stores no frames and has no clock. It hands a frame on at once, in the order of the stations,
 * with the step that the sender gave. So a network in one process behaves the same
 * on every run. Switches must be connected as a tree; there is no spanning-tree protocol.
 *
 * An announcement (frame.ts) only teaches switches where a guest is now. Guests do not
 * get it.
 *
 * A guest is in one VLAN (vlan.ts), or in the untagged network. A frame passes only to stations of its VLAN, and an address
 * is learnt for its VLAN alone. Trunks carry all VLANs. A guest cannot send a frame with a tag: it would choose its VLAN.
 */
import { announcement, destinationOf, formatAddress, isGroup, KIND, kindOf, sourceOf } from './frame.ts';
import { isTagged, UNTAGGED } from './vlan.ts';

/** A frame between stations. */
export interface Passing {
  readonly frame: Uint8Array;
  /** The receiver's step at which it arrives; undefined = now, as for frames from other processes. */
  readonly at: number | undefined;
  /**
   * The frame follows a guest that moved: only the guest with this address gets it, whatever the frame's own
   * destination is.
   */
  readonly follows?: Uint8Array;
  /** The VLAN that it is in; without it, that of the station it comes from. */
  readonly vlan?: number;
}

export interface Station {
  readonly name: string;
  /** A guest, or a connection to another switch. */
  readonly kind: 'guest' | 'trunk';
  /** The VLAN that it is in; undefined = a trunk, which has them all. */
  readonly vlan?: number | undefined;
  /** Takes a frame for this station or for stations behind it. */
  take(passing: Passing): void;
  /** Called when the switch learns that an address is now behind another station. */
  moved?(address: Uint8Array, vlan: number): void;
}

/** The most addresses that a switch remembers. Beyond that it forgets the one that it learnt first. */
const addressesMax = 4096;

export interface SwitchCounts {
  /** Frames handed to the one station that has the address. */
  forwarded: number;
  /** Frames handed to all. */
  flooded: number;
  /** Frames that were not handed on, because their receiver is behind the station they came from. */
  filtered: number;
  /** Frames with a tag from a guest, which were dropped. */
  tagged: number;
}

export class Switch {
  readonly counts: SwitchCounts = { forwarded: 0, flooded: 0, filtered: 0, tagged: 0 };
  /** Called for every frame before it is handed on. */
  onFrame: ((from: Station, passing: Passing, to: readonly Station[]) => void) | undefined;
  /** The array is replaced, never changed, because a station may leave while the switch goes through it. */
  #stations: readonly Station[] = [];
  /** VLANs and addresses as text, in the order in which they were learnt. */
  readonly #places = new Map<string, Station>();

  join(station: Station): void {
    this.#stations = [...this.#stations, station];
  }

  /** Removes a station. The addresses behind it are unknown again. */
  leave(station: Station): void {
    this.#stations = this.#stations.filter((other) => other !== station);
    for (const [address, place] of this.#places) if (place === station) this.#places.delete(address);
  }

  /** The stations, in the order in which they joined. */
  get stations(): readonly Station[] {
    return this.#stations;
  }

  /** The station behind which an address of a VLAN is; undefined if that is unknown. */
  stationOf(address: Uint8Array, vlan: number = UNTAGGED): Station | undefined {
    return this.#places.get(placeName(address, vlan));
  }

  /** Whether any VLAN is known to have that address. */
  knows(address: Uint8Array): boolean {
    const end = placeName(address, UNTAGGED).slice(1);
    return [...this.#places.keys()].some((name) => name.endsWith(end));
  }

  /** Passes on a frame that comes from a station. A frame from a station that has left is dropped. */
  pass(from: Station, passing: Passing): void {
    if (!this.#stations.includes(from)) return;
    if (from.kind === 'guest' && isTagged(passing.frame)) {
      this.counts.tagged += 1;
      return;
    }
    const vlan = from.kind === 'guest' ? (from.vlan ?? UNTAGGED) : (passing.vlan ?? UNTAGGED);
    // A frame that follows a guest comes from the guest's old port, so it teaches nothing about its sender.
    if (passing.follows === undefined) this.#learn(sourceOf(passing.frame), vlan, from);
    this.#hand(from, passing, vlan);
  }

  /** Learns that an address is at `station` from now on, and tells every other switch. */
  announce(station: Station, address: Uint8Array): void {
    this.pass(station, { frame: announcement(address), at: undefined });
  }

  #learn(address: Uint8Array, vlan: number, from: Station): void {
    if (isGroup(address)) return;
    const name = placeName(address, vlan);
    const before = this.#places.get(name);
    if (before === from) return;
    const [oldest] = this.#places.keys();
    if (before === undefined && this.#places.size >= addressesMax && oldest !== undefined)
      this.#places.delete(oldest);
    this.#places.set(name, from);
    for (const station of this.#stations) if (station !== from) station.moved?.(address, vlan);
  }

  #hand(from: Station, passing: Passing, vlan: number): void {
    const to = this.#receivers(from, passing, vlan);
    const marked = vlan === UNTAGGED ? passing : { ...passing, vlan };
    this.onFrame?.(from, marked, to);
    for (const station of to) station.take(marked);
  }

  #receivers(from: Station, { frame, follows }: Passing, vlan: number): readonly Station[] {
    const others = this.#stations.filter(
      (station) => station !== from && (station.kind === 'trunk' || (station.vlan ?? UNTAGGED) === vlan),
    );
    if (kindOf(frame) === KIND.RARP) return others.filter(({ kind }) => kind === 'trunk');
    const address = follows ?? destinationOf(frame);
    const known = isGroup(address) ? undefined : this.stationOf(address, vlan);
    if (known === undefined) this.counts.flooded += 1;
    else if (known === from) this.counts.filtered += 1;
    else this.counts.forwarded += 1;
    if (known === undefined) return others;
    return known === from ? [] : [known];
  }
}

function placeName(address: Uint8Array, vlan: number): string {
  return `${vlan} ${formatAddress(address)}`;
}
