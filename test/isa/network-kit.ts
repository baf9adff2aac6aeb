/** The network device of a machine without a program: descriptors put into its rings by hand. */
import { DESCRIPTOR, FRAME, type NetworkLink } from '../../isa/machine/devices/network.ts';
import { PORT } from '../../isa/machine/devices/ports.ts';
import type { Machine } from '../../isa/machine/machine.ts';

/** A link that keeps what leaves. */
export class Wire implements NetworkLink {
  readonly address: Uint8Array;
  readonly sent: { readonly at: number; readonly frame: Uint8Array }[] = [];

  constructor(address: readonly number[] = [2, 0, 0, 0, 0, 1]) {
    this.address = Uint8Array.from(address);
  }

  send(frame: Uint8Array, at: number): void {
    this.sent.push({ at, frame });
  }
}

export const transmitRing = 0x4000;
export const receiveRing = 0x5000;

/** A frame of `length` bytes to `to`, its other bytes told by `mark`. */
export function frameTo(to: readonly number[], mark: number, length = 60): Uint8Array {
  const frame = Uint8Array.from({ length }, (_, n) => mark + n);
  frame.set(to);
  return frame;
}

/** Sets both rings up, `count` descriptors in each. */
export function setUpRings(machine: Machine, count: number): void {
  machine.output(PORT.NET_TRANSMIT, transmitRing);
  machine.output(PORT.NET_RECEIVE, receiveRing);
  machine.output(PORT.NET_RING, count);
}

/** Makes a descriptor READY. */
export function ready(machine: Machine, ring: number, n: number, at: number, length: number): void {
  for (const [word, value] of [at, length, DESCRIPTOR.READY].entries())
    machine.memory.write(ring + 16 * n + 4 * word, 4, value);
}

/** Makes the first `count` receive descriptors READY, with room for any frame each, from 0x8000 on. */
export function readyToReceive(machine: Machine, count: number): void {
  for (let n = 0; n < count; n++) ready(machine, receiveRing, n, 0x8000 + 0x800 * n, FRAME.MAX);
}

/** Length and state of a descriptor. */
export function descriptorOf(machine: Machine, ring: number, n: number): readonly [number, number] {
  return [machine.memory.read(ring + 16 * n + 4, 4), machine.memory.read(ring + 16 * n + 8, 4)];
}
