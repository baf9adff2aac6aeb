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
import type { Console } from '../../isa/machine/devices/console.ts';
import type { DiskStore } from '../../isa/machine/devices/disk.ts';
import type { NetworkLink } from '../../isa/machine/devices/network.ts';
import type { Image } from '../../isa/machine/image.ts';
import { Machine } from '../../isa/machine/machine.ts';
import type { Storage } from '../../isa/machine/storage.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import type { Variant } from '../../isa/table/variants.ts';
import { ConsoleMux } from '../devices/console-mux.ts';
import { DiskSlice } from '../devices/disk-slice.ts';
import { Allocator } from './allocator.ts';
import { strategyNamed } from './strategies.ts';
import { VirtualMachine } from './virtual-machine.ts';

export interface GuestDescription {
  readonly name?: string;
  readonly image: Image;
  /** Bytes of its memory, whole pages. */
  readonly memory: number;
  /** Its share of time against the others'; default 1. */
  readonly weight?: number;
  /** Sectors of the real disk that it gets; default all that are left for a single guest, none for several. */
  readonly sectors?: number;
  /** What its network device is plugged into. */
  readonly network?: NetworkLink;
  /** What its virtual CPU is; default what the real one is. Another is right only under `interpret`. */
  readonly cpu?: Variant;
}

export interface MonitorOptions {
  readonly guests: readonly GuestDescription[];
  readonly variant: Variant;
  /** A name of strategies.ts. */
  readonly strategy: string;
  /** For binary translation: whether user code is translated too; bytes of each guest's cache, whole pages. */
  readonly translateUser?: boolean;
  /** Whether translated code counts the exits that it saves, at the cost of a few steps each. */
  readonly countSaved?: boolean;
  readonly cache?: number;
  readonly engine?: EngineName;
  /** The real machine's console and disk. */
  readonly console: Console;
  readonly disk?: DiskStore;
  /** Where the real machine lives; default a new one that suits the engine. */
  readonly storage?: Storage;
}

export class Monitor {
  readonly real: Machine;
  readonly engine: Engine;
  readonly guests: readonly VirtualMachine[];
  readonly #mux: ConsoleMux;
  /** How each guest's last turn ended. */
  readonly #stops = new Map<VirtualMachine, Stop>();
  #current: VirtualMachine | undefined;

  /** Throws ImageError when an image does not fit in its guest's memory. */
  constructor(options: MonitorOptions) {
    const { guests, variant, engine: engineName = 'auto', console, disk } = options;
    const strategy = strategyNamed(options.strategy);
    const cache = strategy.cache === undefined ? 0 : (options.cache ?? strategy.cache);
    const alone = guests.length === 1 ? (disk?.sectors ?? 0) : 0;
    const allocator = new Allocator(guests.map((guest) => ({ sectors: alone, cache, ...guest })));
    const { memory } = allocator;
    const storage = options.storage ?? storageFor(engineName, memory);
    this.real = new Machine({ memory, variant, console, hosted: true, storage, ...(disk ? { disk } : {}) });
    const engine = createEngine(engineName, this.real);
    this.engine = engine;
    const { real } = this;
    this.#mux = new ConsoleMux(
      real,
      guests.map(({ name }, n) => name ?? `guest ${n + 1}`),
    );
    this.guests = allocator.allocations.map((allocation, n) => {
      const slice = new DiskSlice(real, allocation, allocator.transferPage);
      const { image, network, cpu } = guests[n] as GuestDescription;
      const guest = new VirtualMachine({
        real,
        engine,
        allocation,
        strategy,
        console: this.#mux.consoleFor(n),
        ...(slice.sectors > 0 ? { disk: slice } : {}),
        ...(network ? { network } : {}),
        ...(cpu ? { variant: cpu } : {}),
        translateUser: options.translateUser ?? false,
        countSaved: options.countSaved ?? false,
      });
      guest.load(image);
      return guest;
    });
  }

  /** Runs one guest until its own step `until`, or until it stops. */
  runGuest(guest: VirtualMachine, until: number): Stop {
    this.makeCurrent(guest);
    return guest.run(until);
  }

  /** World switch: the real machine is this guest's from here on, to run, save or restore it. */
  makeCurrent(guest: VirtualMachine): void {
    if (guest === this.#current) return;
    this.#current?.switchOut();
    guest.switchIn();
    this.#current = guest;
  }

  /** Gives every guest that can still run one turn; returns whether any used it up. One that waits for input can, once there is some. */
  turn(): boolean {
    let goesOn = false;
    for (const guest of this.guests) {
      const last = this.#stops.get(guest)?.kind ?? 'limit';
      if (last !== 'limit' && last !== 'input') continue;
      const stop = this.runGuest(guest, guest.cpu.steps + guest.allocation.turn);
      this.#stops.set(guest, stop);
      goesOn ||= stop.kind === 'limit';
    }
    return goesOn;
  }

  /** Runs all guests, turn by turn, until each has stopped or waits for input; returns how, in the guests' order. */
  runAll(): readonly Stop[] {
    while (this.turn());
    this.#mux.flush();
    return this.guests.map((guest) => this.#stops.get(guest) as Stop);
  }
}
