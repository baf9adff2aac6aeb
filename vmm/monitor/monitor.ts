/**
 * The monitor: ring-0 software of one real machine, running one guest or several. It has
 * control only when the real machine traps. Its parts, in Popek and Goldberg's names:
 *
 *   allocator.ts    hands out memory, devices and time
 *   dispatcher.ts   entered by every trap; decides what it is
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
import type { Variant } from '../../isa/table/variants.ts';
import { GuestPort } from '../network/guest-port.ts';
import { Switch } from '../network/switch.ts';
import { Uplink, UPLINK_BYTES } from '../network/uplink.ts';
import { ConsoleMux } from '../devices/console-mux.ts';
import { DiskSlice } from '../devices/disk-slice.ts';
import { Allocator } from '../guest/allocator.ts';
import { strategyNamed } from './strategies.ts';
import { VirtualMachine } from './virtual-machine.ts';

/** One guest of a monitor. */
export interface GuestDescription {
  /** What its lines begin with when several guests share the console; default `guest 1` and so on. */
  readonly name?: string | undefined;
  readonly image: Image;
  /** Bytes of its memory, whole pages. */
  readonly memory: number;
  /** Its share of time against the others'; default 1. */
  readonly weight?: number | undefined;
  /** Sectors of the real disk that it gets; default all that are left for a single guest, none for several. */
  readonly sectors?: number | undefined;
  /** Its address on the monitor's own switch; or what its network device is plugged into instead. */
  readonly address?: Uint8Array | undefined;
  readonly network?: NetworkLink | undefined;
  /** What its virtual CPU is; default what the real one is. Another is right only under `interpret`. */
  readonly cpu?: Variant | undefined;
}

/** What a monitor is made of. */
export interface MonitorOptions {
  readonly guests: readonly GuestDescription[];
  /** What the real machine is; default ring32-v. */
  readonly variant?: Variant | undefined;
  /** How virtual supervisor code runs: the name of one of `strategies`. */
  readonly strategy: string;
  /** For binary translation: whether user code is translated too; default false. */
  readonly translateUser?: boolean | undefined;
  /** Whether translated code counts the exits that it saves, at the cost of a few steps each. */
  readonly countSaved?: boolean | undefined;
  /** For binary translation: bytes of each guest's cache, whole pages; default what the strategy needs. */
  readonly cache?: number | undefined;
  /** What executes the real machine; default `auto`. */
  readonly engine?: EngineName | undefined;
  /** The fast engine's own. */
  readonly fast?: FastOptions | undefined;
  /** The real machine's console and disk; default: what guests print is dropped, and there is no disk. */
  readonly console?: Console | undefined;
  readonly disk?: DiskStore | undefined;
  /** What the real machine's network device is plugged into; it must permit bridging. Guests reach it over the monitor's switch. */
  readonly network?: NetworkLink | undefined;
  /** Where the real machine lives; default a new one that suits the engine. */
  readonly storage?: Storage | undefined;
}

/** A monitor with its guests, each at its first step. */
export class Monitor {
  readonly real: Machine;
  readonly engine: Engine;
  readonly guests: readonly VirtualMachine[];
  /** Joins the guests that have an address, and the real machine's network. */
  readonly switch = new Switch();
  readonly #uplink: Uplink | undefined;
  readonly #mux: ConsoleMux;
  /** How each guest's last turn ended. */
  readonly #stops = new Map<VirtualMachine, Stop>();
  #current: VirtualMachine | undefined;

  /** Throws ImageError when an image does not fit in its guest's memory, and RangeError for an unknown strategy. */
  constructor(options: MonitorOptions) {
    const { guests, variant, engine: engineName = 'auto', console, disk, network: outside } = options;
    const strategy = strategyNamed(options.strategy);
    const cache = strategy.cache === undefined ? 0 : (options.cache ?? strategy.cache);
    const alone = guests.length === 1 ? (disk?.sectors ?? 0) : 0;
    const shares = guests.map((guest) => ({ ...guest, cache, sectors: guest.sectors ?? alone }));
    const allocator = new Allocator(shares, outside ? UPLINK_BYTES : 0);
    const { memory } = allocator;
    const storage = options.storage ?? storageFor(engineName, memory);
    this.real = new Machine({ memory, variant, console, hosted: true, storage, disk, network: outside });
    const engine = createEngine(engineName, this.real, options.fast);
    this.engine = engine;
    const { real } = this;
    this.#uplink = outside && new Uplink(this.switch, real, allocator.uplinkAt);
    const names = guests.map(({ name }, n) => name ?? `guest ${n + 1}`);
    this.#mux = new ConsoleMux(real, names);
    this.guests = allocator.allocations.map((allocation, n) => {
      const slice = new DiskSlice(real, allocation, allocator.transferPage);
      const { image, address, network, cpu } = guests[n] as GuestDescription;
      const port = address && new GuestPort(this.switch, address, names[n]);
      const guest = new VirtualMachine({
        real,
        engine,
        allocation,
        strategy,
        console: this.#mux.consoleFor(n),
        disk: slice.sectors > 0 ? slice : undefined,
        network: port ?? network,
        variant: cpu,
        translateUser: options.translateUser,
        countSaved: options.countSaved,
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

  /** World switch: the real machine is this guest's from here on, to run, save or restore it. */
  makeCurrent(guest: VirtualMachine): void {
    if (guest === this.#current) return;
    this.#current?.switchOut();
    guest.switchIn();
    this.#current = guest;
  }

  /**
   * Gives every guest that can still run one turn. Returns whether they go on: one used it up, or
   * waits for a frame that is on its way. One that waits for other input can go on once there is some.
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

  /** Prints what guests have begun of a line. */
  flush(): void {
    this.#mux.flush();
  }

  /** Runs all guests, turn by turn, until each has stopped or waits for input; returns how, in the guests' order. */
  runAll(): readonly Stop[] {
    while (this.turn());
    this.flush();
    return this.guests.map((guest) => this.#stops.get(guest) as Stop);
  }
}
