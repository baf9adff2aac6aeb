/**
 * The virtual switch: joins guests (guest-port.ts) and other switches (trunk.ts), as an
 * Ethernet switch does. It learns behind which station an address is from the frames
 * that come from there; it sends a frame to that station, or, if the address is unknown
 * or a group's, to all but the one it came from (IEEE 802.1D, transparent bridging).
 *
 * It keeps nothing and knows no time: a frame is handed on at once, in the stations'
 * order, with the step that its sender said. So a network in one process does the same
 * on every run. Switches must be joined as a tree; there is no spanning-tree protocol.
 *
 * An announcement (frame.ts) only teaches switches where a guest is now; guests do not
 * get it.
 */
import { announcement, destinationOf, formatAddress, isGroup, KIND, kindOf, sourceOf } from './frame.ts';

/** A frame between stations. */
export interface Passing {
  readonly frame: Uint8Array;
  /** The receiver's step at which it arrives; undefined = now, as for frames from other processes. */
  readonly at: number | undefined;
  /** It is only for the guest of this address, whatever address is in the frame: it follows one that moved. */
  readonly follows?: Uint8Array;
}

export interface Station {
  readonly name: string;
  /** A guest, or a way to another switch. */
  readonly kind: 'guest' | 'trunk';
  /** Takes a frame that is for it, or for whoever is behind it. */
  take(passing: Passing): void;
  /** The address is behind another station than was known. */
  moved?(address: Uint8Array): void;
}

/** Most addresses that are known at once; then the one seen first is forgotten. */
const addressesMax = 4096;

export interface SwitchCounts {
  /** Frames handed to the one station that has the address. */
  forwarded: number;
  /** Frames handed to all. */
  flooded: number;
  /** Frames whose receiver is behind the station they came from. */
  filtered: number;
}

export class Switch {
  readonly counts: SwitchCounts = { forwarded: 0, flooded: 0, filtered: 0 };
  /** Told of every frame, before anybody gets it. */
  onFrame: ((from: Station, passing: Passing, to: readonly Station[]) => void) | undefined;
  /** Replaced, never changed: a station may leave while it is told something. */
  #stations: readonly Station[] = [];
  /** Addresses as text, in the order in which they were learnt. */
  readonly #places = new Map<string, Station>();

  join(station: Station): void {
    this.#stations = [...this.#stations, station];
  }

  /** Takes a station out; what was behind it is unknown again. */
  leave(station: Station): void {
    this.#stations = this.#stations.filter((other) => other !== station);
    for (const [address, place] of this.#places) if (place === station) this.#places.delete(address);
  }

  /** The stations, in the order in which they joined. */
  get stations(): readonly Station[] {
    return this.#stations;
  }

  /** Behind whom an address is, as far as known. */
  stationOf(address: Uint8Array): Station | undefined {
    return this.#places.get(formatAddress(address));
  }

  /** A frame comes from a station; from one that has left, none does. */
  pass(from: Station, passing: Passing): void {
    if (!this.#stations.includes(from)) return;
    // One that follows a guest comes from where the guest was, not from its sender.
    if (passing.follows === undefined) this.#learn(sourceOf(passing.frame), from);
    this.#hand(from, passing);
  }

  /** The address is at `station` from now on: said to every other switch too. */
  announce(station: Station, address: Uint8Array): void {
    this.pass(station, { frame: announcement(address), at: undefined });
  }

  #learn(address: Uint8Array, from: Station): void {
    if (isGroup(address)) return;
    const name = formatAddress(address);
    const before = this.#places.get(name);
    if (before === from) return;
    const [oldest] = this.#places.keys();
    if (before === undefined && this.#places.size >= addressesMax && oldest !== undefined)
      this.#places.delete(oldest);
    this.#places.set(name, from);
    for (const station of this.#stations) if (station !== from) station.moved?.(address);
  }

  #hand(from: Station, passing: Passing): void {
    const to = this.#receivers(from, passing);
    this.onFrame?.(from, passing, to);
    for (const station of to) station.take(passing);
  }

  #receivers(from: Station, { frame, follows }: Passing): readonly Station[] {
    const others = this.#stations.filter((station) => station !== from);
    if (kindOf(frame) === KIND.RARP) return others.filter(({ kind }) => kind === 'trunk');
    const address = follows ?? destinationOf(frame);
    const known = isGroup(address) ? undefined : this.stationOf(address);
    if (known === undefined) this.counts.flooded += 1;
    else if (known === from) this.counts.filtered += 1;
    else this.counts.forwarded += 1;
    if (known === undefined) return others;
    return known === from ? [] : [known];
  }
}
