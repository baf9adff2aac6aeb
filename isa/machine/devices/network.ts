/**
 * The network device moves Ethernet frames by DMA between two rings of descriptors in memory
 * and a link. The other end of the link is not part of the machine (a switch: vmm/network).
 *
 *     NET_TRANSMIT, NET_RECEIVE    physical addresses of the rings
 *     NET_RING                     number of descriptors in each ring; a write restarts both
 *
 *     descriptor    +0    physical address of the frame
 *     16 bytes      +4    length of the frame; for receiving, first the room there is
 *                   +8    state: 0 the program's, 1 READY: the device's, 2 DONE, 3 FAILED
 *                   +12   free for the program
 *
 *     frame         0–5 destination, 6–11 source, 12–13 type, then the payload:
 *                   14 to 1514 bytes in all, without a checksum
 *
 * The device goes round each ring and stops at a descriptor that is not READY.
 *
 * Sending. Once started (NET_START), the device looks at the next descriptor every SEND_STEPS
 * steps. If the descriptor is READY, the device sends its frame and continues; otherwise it
 * rests. It writes its own address into bytes 6 to 11 of what it sends, so that no machine can
 * send under the address of another.
 *
 * Receiving. A frame is an input of the run. The host says at which step it arrives (`deliver`).
 * At that step it is in memory and its descriptor is DONE. If the next descriptor is not READY
 * then, the frame is lost. The device ignores frames to other addresses.
 *
 * Bridging. A link may permit its machine to send for others, as a monitor does for its
 * guests. Then bit 4 of the control port has the device take every frame, and send frames
 * with the source address that is in them.
 *
 * A descriptor with anything wrong becomes FAILED, and the device continues after it.
 */
import type { Component } from '../component.ts';
import type { DmaMemory } from './dma.ts';

/** Shortest and longest frame, in bytes. */
export const FRAME = { MIN: 14, MAX: 1514 } as const;

/** Bytes of a network address. */
export const ADDRESS_BYTES = 6;

/** Steps between two looks at the transmit ring, and so the time that a frame takes. */
export const SEND_STEPS = 100;

/** Most descriptors in a ring. */
export const RING_MAX = 256;

/** Most frames that can be on their way to one device. */
export const ARRIVALS_MAX = 256;

/** States of a descriptor, in its third word. */
export const DESCRIPTOR = { FREE: 0, READY: 1, DONE: 2, FAILED: 3 } as const;

const descriptorBytes = 16;

/** Bits of the status port: what happened since they were cleared. In the control port: which of them cause an interrupt. */
export const NET = { SENT: 1, RECEIVED: 2, FAILED: 4, LOST: 8 } as const;
/** All of them. */
export const NET_ALL = 15;

/** Bit of the control port: take and send frames of any address. It stays 0 if the link does not permit it. */
export const NET_BRIDGE = 16;

/** The network that the device is plugged into. */
export interface NetworkLink {
  /** The device's own address, six bytes. */
  readonly address: Uint8Array;
  /** Whether the machine may take and send frames of any address; default no. */
  readonly bridges?: boolean;
  /** Takes a frame that leaves at step `at`. The bytes belong to the link from then on. */
  send(frame: Uint8Array, at: number): void;
}

export interface NetworkState {
  readonly address: Uint8Array;
  readonly transmit: number;
  readonly receive: number;
  readonly descriptors: number;
  /** Numbers of the descriptors to look at next. */
  readonly transmitNext: number;
  readonly receiveNext: number;
  readonly control: number;
  readonly status: number;
  /** The step at which the device looks at the transmit ring; null while it rests. */
  readonly sendsAt: number | null;
  /** Frames on their way to the device, in the order of their steps. */
  readonly arrivals: readonly { readonly at: number; readonly frame: Uint8Array }[];
}

interface Descriptor {
  readonly place: number;
  readonly address: number;
  readonly length: number;
}

const never = Number.POSITIVE_INFINITY;
const ringMask = ~(descriptorBytes - 1);

export class Network implements Component<NetworkState> {
  /** Bits of NET that cause an interrupt. */
  #control = 0;
  #status = 0;
  #transmit = 0;
  #receive = 0;
  #descriptors = 0;
  #transmitNext = 0;
  #receiveNext = 0;
  #sendsAt = never;
  #arrivals: NetworkState['arrivals'] = [];
  #address: Uint8Array;
  readonly #link: NetworkLink | undefined;
  /** The next step at which the device does something; Infinity if it does nothing by itself. */
  eventAt = never;
  /** Called when the device rests, because it has found nothing to send. */
  onRest: ((memory: DmaMemory) => void) | undefined;
  /** Called for every frame that will arrive, with its step. A recording of the run needs it. */
  onDelivery: ((frame: Uint8Array, at: number) => void) | undefined;

  constructor(link?: NetworkLink) {
    this.#link = link;
    this.#address = link?.address.slice() ?? new Uint8Array(ADDRESS_BYTES);
  }

  // ---- What ports read and write; words unsigned ----

  get transmit(): number {
    return this.#transmit;
  }

  set transmit(address: number) {
    this.#transmit = (address & ringMask) >>> 0;
  }

  get receive(): number {
    return this.#receive;
  }

  set receive(address: number) {
    this.#receive = (address & ringMask) >>> 0;
  }

  get descriptors(): number {
    return this.#descriptors;
  }

  set descriptors(count: number) {
    this.#descriptors = Math.min(count >>> 0, RING_MAX);
    this.#transmitNext = 0;
    this.#receiveNext = 0;
  }

  get control(): number {
    return this.#control;
  }

  set control(bits: number) {
    this.#control = bits & (this.#link?.bridges ? NET_ALL | NET_BRIDGE : NET_ALL);
  }

  get status(): number {
    return this.#status;
  }

  acknowledge(bits: number): void {
    this.#status &= ~bits;
  }

  get sends(): boolean {
    return this.#sendsAt !== never;
  }

  /** Starts sending at step `now`. If the device is sending already, nothing changes. */
  start(now: number): void {
    if (!this.sends) this.#sendsAt = now + SEND_STEPS;
    this.#plan();
  }

  /** The device's own address, six bytes; zeros if it is plugged into no network. */
  get address(): Uint8Array {
    return this.#address;
  }

  /** Bytes 0 to 3 of its address, or 4 to 5, as a little-endian word. */
  addressWord(first: 0 | 4): number {
    return this.#address.subarray(first, first + 4).reduceRight((word, byte) => word * 256 + byte, 0);
  }

  // ---- What the machine asks ----

  /** Whether line 3 is pending. */
  get interrupts(): boolean {
    return (this.#status & this.#control) !== 0;
  }

  /** Whether a frame that is not on its way yet could cause an interrupt. */
  canInterrupt(): boolean {
    return this.#link !== undefined && (this.#control & NET_ALL & ~NET.SENT) !== 0;
  }

  /**
   * Has a frame arrive at step `at`, which has not passed. The frame is copied. Returns false if
   * it is lost at once, because of its length or because too many are on their way. A frame for
   * another address counts as taken.
   */
  deliver(frame: Uint8Array, at: number): boolean {
    if (!isFrame(frame.length) || this.#arrivals.length >= ARRIVALS_MAX) return false;
    if (!this.#isForUs(frame)) return true;
    const copy = frame.slice();
    const later = this.#arrivals.findIndex((arrival) => arrival.at > at);
    this.#arrivals = this.#arrivals.toSpliced(later < 0 ? this.#arrivals.length : later, 0, {
      at,
      frame: copy,
    });
    this.onDelivery?.(copy, at);
    this.#plan();
    return true;
  }

  /** Does what is due at step `now`: first sends, then receives. */
  pass(now: number, memory: DmaMemory): void {
    if (now >= this.#sendsAt) this.#sendNext(memory);
    for (let [first] = this.#arrivals; first !== undefined && now >= first.at; [first] = this.#arrivals) {
      this.#arrivals = this.#arrivals.slice(1);
      this.#takeIn(first.frame, memory);
    }
    this.#plan();
  }

  save(): NetworkState {
    return {
      address: this.#address.slice(),
      transmit: this.#transmit,
      receive: this.#receive,
      descriptors: this.#descriptors,
      transmitNext: this.#transmitNext,
      receiveNext: this.#receiveNext,
      control: this.#control,
      status: this.#status,
      sendsAt: this.sends ? this.#sendsAt : null,
      arrivals: this.#arrivals.map(({ at, frame }) => ({ at, frame: frame.slice() })),
    };
  }

  restore(state: NetworkState): void {
    this.#address = state.address.slice();
    this.#transmit = state.transmit;
    this.#receive = state.receive;
    this.#descriptors = state.descriptors;
    this.#transmitNext = state.transmitNext;
    this.#receiveNext = state.receiveNext;
    this.#control = state.control;
    this.#status = state.status;
    this.#sendsAt = state.sendsAt ?? never;
    this.#arrivals = state.arrivals.map(({ at, frame }) => ({ at, frame: frame.slice() }));
    this.#plan();
  }

  #plan(): void {
    this.eventAt = Math.min(this.#sendsAt, this.#arrivals[0]?.at ?? never);
  }

  #isForUs(frame: Uint8Array): boolean {
    const toMany = ((frame[0] as number) & 1) !== 0;
    return toMany || this.#bridges() || this.#address.every((byte, n) => frame[n] === byte);
  }

  #bridges(): boolean {
    return (this.#control & NET_BRIDGE) !== 0 && this.#link?.bridges === true;
  }

  // ---- The rings ----

  #sendNext(memory: DmaMemory): void {
    const at = this.#sendsAt;
    this.#sendsAt = never;
    const descriptor = this.#look(this.#transmit, this.#transmitNext, memory);
    if (descriptor === undefined) {
      this.onRest?.(memory);
      return;
    }
    this.#transmitNext = this.#following(this.#transmitNext);
    this.#sendsAt = at + SEND_STEPS;
    const { address, length } = descriptor;
    const bytes = isFrame(length) ? memory.readable(address, length) : undefined;
    const frame = this.#link && bytes?.slice();
    this.#end(descriptor, frame !== undefined, length, NET.SENT, memory);
    if (!this.#bridges()) frame?.set(this.#address, ADDRESS_BYTES);
    if (frame) this.#link?.send(frame, at);
  }

  #takeIn(frame: Uint8Array, memory: DmaMemory): void {
    const descriptor = this.#look(this.#receive, this.#receiveNext, memory);
    if (descriptor === undefined) {
      this.#status |= NET.LOST;
      return;
    }
    this.#receiveNext = this.#following(this.#receiveNext);
    const fits = frame.length <= descriptor.length && memory.put(descriptor.address, frame);
    this.#end(descriptor, fits, fits ? frame.length : descriptor.length, NET.RECEIVED, memory);
  }

  /** Descriptor `n` of the ring at `ring` if it is READY. Sets FAILED in the status if it is not in memory. */
  #look(ring: number, n: number, memory: DmaMemory): Descriptor | undefined {
    if (n >= this.#descriptors) return undefined;
    const place = ring + n * descriptorBytes;
    const bytes = memory.readable(place, descriptorBytes);
    if (bytes === undefined) {
      this.#status |= NET.FAILED;
      return undefined;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, descriptorBytes);
    if (view.getUint32(8, true) !== DESCRIPTOR.READY) return undefined;
    return { place, address: view.getUint32(0, true), length: view.getUint32(4, true) };
  }

  #following(n: number): number {
    return n + 1 < this.#descriptors ? n + 1 : 0;
  }

  /** Gives a descriptor back to the program. */
  #end(
    { place }: Descriptor,
    good: boolean,
    length: number,
    bit: typeof NET.SENT | typeof NET.RECEIVED,
    memory: DmaMemory,
  ): void {
    const words = new Uint8Array(8);
    const view = new DataView(words.buffer);
    view.setUint32(0, length, true);
    view.setUint32(4, good ? DESCRIPTOR.DONE : DESCRIPTOR.FAILED, true);
    memory.put(place + 4, words);
    this.#status |= good ? bit : NET.FAILED;
  }
}

function isFrame(length: number): boolean {
  return length >= FRAME.MIN && length <= FRAME.MAX;
}
