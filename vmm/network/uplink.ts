/**
 * Connects a monitor's virtual switch to the network that the real machine is plugged
 * into. It is the monitor's driver of the real network device, which uses ports and rings like any
 * ring-0 software. Frames between guests of the monitor do not come here.
 *
 *     at          transmit ring
 *     + 256       receive ring
 *     + 1 page    the frame to send
 *     + 2 pages   received frames, two in a page
 *
 * The real device bridges, so guests have their own addresses on the outer network. While it sends, the
 * monitor waits in the real machine's `hlt`, as it does for the disk: the real machine's time passes, but not
 * the guests' time.
 */
import { DESCRIPTOR, FRAME, NET, NET_BRIDGE } from '../../isa/machine/devices/network.ts';
import { PORT } from '../../isa/machine/devices/ports.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import { SR } from '../../isa/table/sysregs.ts';
import type { Passing, Station, Switch } from './switch.ts';

/** Descriptors in each ring. */
const COUNT = 8;

const descriptorBytes = 16;
const room = PAGE / 2;

/** Bytes of real memory that it needs, aligned to a page. */
export const UPLINK_BYTES = 2 * PAGE + COUNT * room;

export class Uplink implements Station {
  readonly kind = 'trunk';
  readonly name = 'uplink';
  readonly #switch: Switch;
  readonly #real: Machine;
  readonly #transmit: number;
  readonly #receive: number;
  readonly #frame: number;
  readonly #frames: number;
  // The next descriptor of each ring.
  #sends = 0;
  #receives = 0;

  /** Joins the switch and turns the real device on. `at`: the physical address of the memory for it. */
  constructor(joined: Switch, real: Machine, at: number) {
    this.#switch = joined;
    this.#real = real;
    this.#transmit = at;
    this.#receive = at + 256;
    this.#frame = at + PAGE;
    this.#frames = at + 2 * PAGE;
    for (let n = 0; n < COUNT; n++) this.#offer(n);
    real.output(PORT.NET_TRANSMIT, this.#transmit);
    real.output(PORT.NET_RECEIVE, this.#receive);
    real.output(PORT.NET_RING, COUNT);
    real.output(PORT.NET_CONTROL, NET_BRIDGE);
    joined.join(this);
  }

  /** Sends a frame to the outer network. It has been sent when this returns. */
  take({ frame }: Passing): void {
    const real = this.#real;
    const descriptor = this.#transmit + this.#sends * descriptorBytes;
    this.#sends = (this.#sends + 1) % COUNT;
    real.memory.fill(this.#frame, frame);
    this.#write(descriptor, this.#frame, frame.length);
    real.writeSystem(SR.TIMER, 0);
    real.output(PORT.NET_CONTROL, NET_BRIDGE | NET.SENT | NET.FAILED);
    real.output(PORT.NET_START, 0);
    while (this.#state(descriptor) === DESCRIPTOR.READY) {
      real.wait();
      real.settle(Number.POSITIVE_INFINITY);
    }
    real.output(PORT.NET_STATUS, NET.SENT | NET.FAILED);
    real.output(PORT.NET_CONTROL, NET_BRIDGE);
  }

  /** Hands frames that have come from the outer network to the guests. Call it between two turns. */
  poll(): void {
    const real = this.#real;
    real.settle(real.steps);
    for (;;) {
      const n = this.#receives;
      const descriptor = this.#receive + n * descriptorBytes;
      const state = this.#state(descriptor);
      if (state !== DESCRIPTOR.DONE && state !== DESCRIPTOR.FAILED) return;
      const length = real.memory.read(descriptor + 4, 4);
      const from = this.#frames + n * room;
      const frame = real.memory.bytes.slice(from, from + length);
      this.#offer(n);
      this.#receives = (n + 1) % COUNT;
      if (state === DESCRIPTOR.DONE) this.#switch.pass(this, { frame, at: undefined });
    }
  }

  /** Makes receive descriptor `n` READY. */
  #offer(n: number): void {
    this.#write(this.#receive + n * descriptorBytes, this.#frames + n * room, FRAME.MAX);
  }

  #write(descriptor: number, address: number, length: number): void {
    for (const [n, word] of [address, length, DESCRIPTOR.READY].entries())
      this.#real.memory.write(descriptor + 4 * n, 4, word);
  }

  #state(descriptor: number): number {
    return this.#real.memory.read(descriptor + 8, 4);
  }
}
