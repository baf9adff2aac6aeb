/**
 * The network device: Ethernet frames, moved by DMA between two rings of descriptors in
 * memory and a link, whose far end is somebody else's (a switch: vmm/network).
 *
 *     NET_TRANSMIT, NET_RECEIVE    where the rings begin: physical addresses
 *     NET_RING                     descriptors in each; written, both begin at their first
 *
 *     descriptor    +0    where the frame is: physical address
 *     16 bytes      +4    its length; before one is received, the room there
 *                   +8    state: 0 the program's, 1 READY: the device's, 2 DONE, 3 FAILED
 *                   +12   the program's own
 *
 *     frame         0–5 to whom, 6–11 from whom, 12–13 kind, then what it carries:
 *                   14 to 1514 bytes in all, no check sum
 *
 * The device goes round each ring and stops at a descriptor that is not READY.
 *
 * Sending. Once started (NET_START), it looks at the next descriptor every SEND_STEPS
 * steps: it sends that one frame, with its own address written into bytes 6 to 11, so
 * that nobody sends in another's name, and it goes on; or, if none is READY, it rests.
 *
 * Receiving. A frame is an input: the host says at which step it arrives (`deliver`), and
 * it is in memory, its descriptor DONE, at that very step. If the next descriptor is not
 * READY then, the frame is lost. Frames to other addresses are not taken.
 *
 * Bridging. A link may permit its machine to speak for others, as a monitor does for its
 * guests. Then bit 4 of the control port has the device take every frame and send with
 * the address that is in the frame.
 *
 * Whatever is wrong with a descriptor makes it FAILED; the device goes on behind it.
 */
import type { Component } from '../component.ts';
import type { DmaMemory } from './dma.ts';

/** Shortest and longest frame, in bytes. */
export const FRAME = { MIN: 14, MAX: 1514 } as const;

/** Bytes of a network address. */
export const ADDRESS_BYTES = 6;

/** Steps between two looks at the transmit ring: what one frame takes. */
export const SEND_STEPS = 100;

/** Most descriptors in a ring. */
export const RING_MAX = 256;

/** Most frames that are on their way to one device. */
export const ARRIVALS_MAX = 256;

/** What a descriptor's third word says. */
export const DESCRIPTOR = { FREE: 0, READY: 1, DONE: 2, FAILED: 3 } as const;

const descriptorBytes = 16;

/** Bits of the status port: what happened since it was acknowledged. In the control port: which of them interrupt. */
export const NET = { SENT: 1, RECEIVED: 2, FAILED: 4, LOST: 8 } as const;
/** All of them. */
export const NET_ALL = 15;

/** Bit of the control port: take and send frames of any address. It stays 0 where the link does not permit it. */
export const NET_BRIDGE = 16;

/** What the device is plugged into. */
export interface NetworkLink {
  /** The device's own address, six bytes. */
  readonly address: Uint8Array;
  /** Whether the machine may take and send frames of any address; default no. */
  readonly bridges?: boolean;
  /** Takes a frame that leaves at step `at`; it may keep the bytes. */
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
  /** The step at which the transmit ring is looked at; null = it rests. */
  readonly sendsAt: number | null;
  /** Frames on their way to it, in the order of their steps. */
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
  /** Bits of NET that interrupt. */
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
  /** The next step at which something happens; Infinity = nothing will by itself. */
  eventAt = never;
  /** Told of every frame that will arrive, and at which step: what a recording of the run needs. */
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

  /** Has the transmit ring looked at, from step `now` on. One that is at work goes on. */
  start(now: number): void {
    if (!this.sends) this.#sendsAt = now + SEND_STEPS;
    this.#plan();
  }

  /** Its own address, six bytes; zeros when it is plugged in nowhere. */
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

  /** Whether a frame that is not on its way yet could interrupt. */
  canInterrupt(): boolean {
    return this.#link !== undefined && (this.#control & NET_ALL & ~NET.SENT) !== 0;
  }

  /**
   * A frame will arrive at step `at`, which has not passed; it is copied. Returns false if it is
   * lost at once: no frame by its length, or too many are on their way. One that is for
   * others counts as taken.
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

  /** Lets happen what is due at step `now`: sending before receiving. */
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
    if (descriptor === undefined) return;
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
    const fits = frame.length <= descriptor.length && memory.fill(descriptor.address, frame);
    this.#end(descriptor, fits, fits ? frame.length : descriptor.length, NET.RECEIVED, memory);
  }

  /** Descriptor `n` of the ring at `ring` if it is READY. A ring that is not in memory has FAILED. */
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

  /** Hands a descriptor back to the program. */
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
    memory.fill(place + 4, words);
    this.#status |= good ? bit : NET.FAILED;
  }
}

function isFrame(length: number): boolean {
  return length >= FRAME.MIN && length <= FRAME.MAX;
}
