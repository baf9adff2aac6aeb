/**
 * The monitor: the ring-0 software of one real machine, which runs one guest or several. The monitor gets
 * control only when the real machine traps. Its parts, with Popek and Goldberg's names:
 *
 *   allocator.ts    hands out memory, devices and time (../guest)
 *   dispatcher.ts   is entered by every trap and decides what to do about it
 *   routines.ts     the interpreter routines, one for each privileged instruction
 *   virtual-machine.ts, strategies.ts   the virtual CPU, and how its supervisor code runs
 */
import { createEngine, type Engine, type EngineName, storageFor } from '../../isa/engines/engine.ts';
import type { FastOptions } from '../../isa/engines/fast/fast.ts';
import type { Console } from '../../isa/machine/devices/console.ts';
import type { DiskStore } from '../../isa/machine/devices/disk.ts';
import type { NetworkLink } from '../../isa/machine/devices/network.ts';
import type { Image } from '../../isa/machine/image.ts';
import { Machine } from '../../isa/machine/machine.ts';
import type { Storage } from '../../isa/machine/storage.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import type { Feature } from '../../isa/table/features.ts';
import { type Variant, variants, withFeatures } from '../../isa/table/variants.ts';
import { GuestPort } from '../network/guest-port.ts';
import { Switch } from '../network/switch.ts';
import { Uplink, UPLINK_BYTES } from '../network/uplink.ts';
import { ConsoleMux } from '../devices/console-mux.ts';
import { DiskSlice } from '../devices/disk-slice.ts';
import { Allocator } from '../guest/allocator.ts';
import { framesForGuestMode } from './hardware.ts';
import { strategyNamed } from './strategies.ts';
import { VirtualMachine } from './virtual-machine.ts';

/** One guest of a monitor. */
export interface GuestDescription {
  /** The prefix of its lines when several guests share the console; default `guest 1` and so on. */
  readonly name?: string | undefined;
  /** The program that is loaded into its memory. */
  readonly image: Image;
  /** Bytes of its memory, whole pages. */
  readonly memory: number;
  /** Its share of time relative to the other guests; default 1. */
  readonly weight?: number | undefined;
  /** Sectors of the real disk that it gets. Default: a single guest gets all of them, several guests get none. */
  readonly sectors?: number | undefined;
  /** Its Ethernet address, 6 bytes, on the monitor's own switch; default: it is not on that switch. */
  readonly address?: Uint8Array | undefined;
  /** Without an address: the network that its network device is plugged into; default: none. */
  readonly network?: NetworkLink | undefined;
  /**
   * The variant of its virtual CPU; default: that of the real machine. Only the strategy `interpret` runs another one
   * correctly.
   */
  readonly cpu?: Variant | undefined;
  /** Whether the monitor answers its calls (`vmcall`); default: no, and it cannot find out that there is a monitor. */
  readonly paravirtual?: boolean | undefined;
  /** Whether another monitor is its ring-0 software (stack.ts). It then handles each trap that the virtual CPU takes. */
  readonly hosted?: boolean | undefined;
}

/** A real machine that exists already, for a monitor to run on: the virtual CPU of another monitor's guest. */
export interface Underneath {
  /** The machine. The monitor handles each trap that it takes. */
  readonly real: Machine;
  /** Executes it. */
  readonly engine: Engine;
  /** Gives the general registers to it, in case it shares them with other guests. */
  readonly makeCurrent: () => void;
}

/** What a monitor is made of. */
export interface MonitorOptions {
  /** The guests, at least one. */
  readonly guests: readonly GuestDescription[];
  /**
   * The variant of the real machine; default ring32-v. The machine also has the features that the strategy needs, and
   * `features`; the guests have those of the variant only.
   */
  readonly variant?: Variant | undefined;
  /** What else the real machine has for running guests; default nothing. */
  readonly features?: readonly Feature[] | undefined;
  /**
   * Whether a guest in guest mode that has all of the disk gets it for itself, given the features `ports` and `virtual-timer`,
   * even if there is no `iommu`. The disk then reaches all of real memory. Default false.
   */
  readonly passDisk?: boolean | undefined;
  /** How virtual supervisor code runs: the name of one of `strategies`. */
  readonly strategy: string;
  /** For binary translation: whether user code is translated too; default false. */
  readonly translateUser?: boolean | undefined;
  /** Whether translated code counts the exits that it saves, at the cost of a few steps each. */
  readonly countSaved?: boolean | undefined;
  /** For binary translation: bytes of each guest's cache, whole pages; default what the strategy needs. */
  readonly cache?: number | undefined;
  /** The engine that executes the real machine; default `auto`. */
  readonly engine?: EngineName | undefined;
  /** Options of the fast engine. */
  readonly fast?: FastOptions | undefined;
  /** The real machine's console; default: what guests print is dropped. */
  readonly console?: Console | undefined;
  /** The real machine's disk; default: none. */
  readonly disk?: DiskStore | undefined;
  /**
   * The network that the real machine's network device is plugged into; it must permit bridging. Guests reach it over
   * the monitor's switch.
   */
  readonly network?: NetworkLink | undefined;
  /** The buffer for the real machine's registers and memory; default: a new one that suits the engine. */
  readonly storage?: Storage | undefined;
  /**
   * The machine that the monitor runs on, another monitor's guest (stack.ts); default: a new one. With it, `variant`,
   * `engine`, `fast`, `console`, `disk`, `network` and `storage` have no effect: the machine has its own.
   */
  readonly on?: Underneath | undefined;
}

/** A monitor with its guests, each at its first step. */
export class Monitor {
  /** The real machine, which all guests share. */
  readonly real: Machine;
  /** The engine that executes the real machine. */
  readonly engine: Engine;
  /** The guests in the order of the options. */
  readonly guests: readonly VirtualMachine[];
  /** Connects the guests that have an address with each other and with the real machine's network. */
  readonly switch = new Switch();
  readonly #uplink: Uplink | undefined;
  readonly #mux: ConsoleMux;
  readonly #underneath: Underneath | undefined;
  /** How each guest's last turn ended. */
  readonly #stops = new Map<VirtualMachine, Stop>();
  #current: VirtualMachine | undefined;

  /** Throws ImageError when an image does not fit in its guest's memory, and RangeError for an unknown strategy. */
  constructor(options: MonitorOptions) {
    const { guests, on } = options;
    const outside = on ? undefined : options.network;
    const strategy = strategyNamed(options.strategy);
    const allocator = allocatorOf(options);
    const { real, engine } = on ?? newMachine(options, allocator.memory);
    this.real = real;
    this.engine = engine;
    this.#underneath = on;
    this.#uplink = outside && new Uplink(this.switch, real, allocator.uplinkAt);
    const names = guests.map(({ name }, n) => name ?? `guest ${n + 1}`);
    this.#mux = new ConsoleMux(real, names);
    this.guests = allocator.allocations.map((allocation, n) => {
      const slice = new DiskSlice(real, allocation, allocator.transferPage);
      const { image, address, network, cpu, hosted, paravirtual } = guests[n] as GuestDescription;
      const port = address && new GuestPort(this.switch, address, names[n]);
      const guest = new VirtualMachine({
        real,
        engine,
        allocation,
        strategy,
        console: this.#mux.consoleFor(n),
        disk: slice.sectors > 0 ? slice : undefined,
        network: port ?? network,
        variant: cpu ?? (on ? undefined : (options.variant ?? variants[0])),
        hosted,
        paravirtual,
        translateUser: options.translateUser,
        countSaved: options.countSaved,
        alone: guests.length === 1,
        passDisk: options.passDisk,
      });
      guest.load(image);
      port?.run(guest.cpu);
      return guest;
    });
  }

  /** Runs one guest until its own step `until`, or until it stops. */
  runGuest(guest: VirtualMachine, until: number): Stop {
    this.makeCurrent(guest);
    this.#uplink?.poll();
    return guest.run(until);
  }

  /** World switch: gives the real machine to this guest, so that it can be run, saved or restored. */
  makeCurrent(guest: VirtualMachine): void {
    // The outer monitor first: its own world switch replaces the registers.
    this.#underneath?.makeCurrent();
    if (guest === this.#current) return;
    this.#current?.switchOut();
    guest.switchIn();
    this.#current = guest;
  }

  /**
   * Gives one turn to every guest that can still run. Returns whether another turn is useful now: a guest has used up its
   * turn, or waits for a frame that is on its way. A guest that waits for other input can go on when there is some.
   */
  turn(): boolean {
    let goesOn = false;
    for (const guest of this.guests) {
      const last = this.#stops.get(guest)?.kind ?? 'limit';
      if (last !== 'limit' && last !== 'input') continue;
      const stop = this.runGuest(guest, guest.cpu.steps + guest.allocation.turn);
      this.#stops.set(guest, stop);
      goesOn ||= stop.kind === 'limit';
    }
    return goesOn || this.guests.some((guest) => this.#willHear(guest));
  }

  #willHear(guest: VirtualMachine): boolean {
    return this.#stops.get(guest)?.kind === 'input' && Number.isFinite(guest.cpu.network.eventAt);
  }

  /** Prints the lines that guests have begun but not ended. */
  flush(): void {
    this.#mux.flush();
  }

  /**
   * Runs all guests, turn by turn, until each has stopped or waits for input. Returns each one's stop, in the order
   * of the guests.
   */
  runAll(): readonly Stop[] {
    while (this.turn());
    this.flush();
    return this.guests.map((guest) => this.#stops.get(guest) as Stop);
  }
}

/** What a monitor with these options hands out, and how much real memory that takes. Throws RangeError for an unknown strategy. */
export function allocatorOf({ guests, strategy, cache, disk, network, on }: MonitorOptions): Allocator {
  const { cache: most, features } = strategyNamed(strategy);
  const sectors = guests.length === 1 ? (on?.real.disk.sectors ?? disk?.sectors ?? 0) : 0;
  const shares = guests.map((guest) => ({
    ...guest,
    cache: most === undefined ? 0 : (cache ?? most),
    frames: features?.includes('guest') ? framesForGuestMode(guest.memory) : 0,
    sectors: guest.sectors ?? sectors,
  }));
  return new Allocator(shares, network && !on ? UPLINK_BYTES : 0);
}

/** A real machine, and what executes it. */
function newMachine(options: MonitorOptions, memory: number): Pick<Underneath, 'real' | 'engine'> {
  const { engine = 'auto', storage = storageFor(engine, memory), console, disk, network } = options;
  const { variant: plain = variants[0] as Variant, features = [], strategy } = options;
  const variant = withFeatures(plain, [...(strategyNamed(strategy).features ?? []), ...features]);
  const real = new Machine({ memory, variant, console, hosted: true, storage, disk, network });
  return { real, engine: createEngine(engine, real, options.fast) };
}
