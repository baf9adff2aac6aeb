/**
 * Our own monitors as candidates, each by its strategy. Given another module with the same exports as
 * vmm/monitor/monitor.ts or stack.ts, as a mutated copy of it, it is that module that is judged.
 */
import type { EngineName } from '../../isa/engines/engine.ts';
import type { FastEngine, FastOptions } from '../../isa/engines/fast/fast.ts';
import { SLOT, wasmStorage } from '../../isa/engines/fast/layout.ts';
import { MemoryDisk, SECTOR } from '../../isa/machine/devices/disk.ts';
import type { Storage } from '../../isa/machine/storage.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import type { Feature } from '../../isa/table/features.ts';
import { registerName } from '../../isa/table/registers.ts';
import { SR } from '../../isa/table/sysregs.ts';
import type { Variant } from '../../isa/table/variants.ts';
import type { GuestDescription, Monitor, MonitorOptions } from '../../vmm/monitor/monitor.ts';
import * as stack from '../../vmm/monitor/stack.ts';
import type { VirtualMachine } from '../../vmm/monitor/virtual-machine.ts';
import { newConsole } from './console.ts';
import type { Ground } from './ground.ts';
import { Neighbour, neighbourImage, neighbourPages } from './neighbour.ts';
import { diskSectors, imageOf, memorySize, newDisk, type Program } from './program.ts';
import type { Candidate, Setting, Subject } from './subject.ts';
import { Watch } from './watch.ts';

/** What is used of a monitor's module: the monitor alone, or what makes stacks of it. */
export type MonitorModule = { readonly Monitor: typeof Monitor } | StackModule;

type StackModule = Pick<typeof stack, 'createStack' | 'guestFor' | 'machineOf' | 'stackNamed'>;

export interface OwnOptions {
  /** Its name; or several with / between them, a stack of monitors, the outermost first. */
  readonly strategy: string;
  /** Default: the interpreter. */
  readonly engine?: EngineName;
  /** Default: ours. */
  readonly module?: MonitorModule;
  /** Default: the strategy's name. */
  readonly name?: string;
  /** What the real machine has for running guests besides what the strategy needs; default nothing. */
  readonly features?: readonly Feature[];
  /** Whether the guest has all of the disk, so that it can be given to it. */
  readonly wholeDisk?: boolean;
  /** As in MonitorOptions. */
  readonly passDisk?: boolean;
}

/**
 * Memory and sectors of each of the two neighbours. The first has turns between those of the guest (neighbour.ts); of its
 * memory, and of all of the second's, which never runs, nothing may change.
 */
const neighbour = { image: neighbourImage, memory: 8 * PAGE, sectors: 4 };
/**
 * If the guest has all of the disk. The first neighbour then has every address that a disk would reach which took the guest's
 * addresses for physical ones.
 */
const neighbourWithoutDisk = { ...neighbour, memory: memorySize + neighbour.memory, sectors: 0 };

/** One storage for all cases on the fast engine: making WebAssembly memories by the thousand exhausts the address space. */
const sharedSize = 2 ** 22;
/** Enough for one monitor. */
const usualSize = 2 ** 21;
let shared: Storage | undefined;

/** It, as a new machine expects it. */
export function cleanStorage(size = usualSize): Storage {
  shared ??= wasmStorage(sharedSize);
  new Uint8Array(shared.buffer, 0, SLOT.ENTRIES).fill(0); // The engine that comes next clears the tables if they have entries.
  new Uint8Array(shared.buffer, shared.watchedAt, sharedSize / PAGE).fill(0);
  new Uint8Array(shared.buffer, shared.memoryAt, size).fill(0);
  return shared;
}

/** A monitor of ours, or of a module like ours, to be judged. */
export function ownMonitor(options: OwnOptions): Candidate {
  const {
    strategy,
    engine = 'interpreter',
    name = strategy,
    features,
    wholeDisk = false,
    passDisk,
  } = options;
  const module = options.module ?? stack;
  const own = { module, strategy, engine, features, wholeDisk, passDisk };
  return {
    name: engine === 'fast' ? `${name}+fast` : name,
    make: (program, variant, setting) => new OwnSubject(program, { ...setting, ...own, variant }),
  };
}

/** Half of the guests have the first tier before the second. */
function compiledEarly({ x }: Program): FastOptions {
  return ((x[6] as number) & 1) === 0 ? { hot: 24 } : { hot: 24, early: 4 };
}

interface OwnSetting extends Setting {
  readonly module: MonitorModule;
  readonly strategy: string;
  readonly engine: EngineName;
  readonly variant: Variant;
  readonly features: readonly Feature[] | undefined;
  readonly wholeDisk: boolean;
  readonly passDisk: boolean | undefined;
}

/** The monitors of a guest that are looked at, and the guest. */
interface Monitors {
  readonly outermost: Monitor;
  readonly innermost: Monitor;
  readonly guest: VirtualMachine;
}

/** Makes the monitors. Surrounded, the neighbours are guests of the outermost one: beside the guest, or beside the next monitor. */
function makeMonitors(
  module: MonitorModule,
  options: MonitorOptions,
  { surrounded, wholeDisk }: Pick<OwnSetting, 'surrounded' | 'wholeDisk'>,
): Monitors {
  const beside = wholeDisk ? neighbourWithoutDisk : neighbour;
  const around = (guest: GuestDescription) => (surrounded ? [beside, guest, beside] : [guest]);
  const [own] = options.guests as readonly [GuestDescription];
  const nth = surrounded ? 1 : 0;
  if ('Monitor' in module) {
    const monitor = new module.Monitor({ ...options, guests: around(own) });
    return { outermost: monitor, innermost: monitor, guest: monitor.guests[nth] as VirtualMachine };
  }
  const [strategy = '', ...inner] = module.stackNamed(options.strategy);
  const rest = { ...options, strategy: inner.join('/') };
  const first = inner.length === 0 ? own : { ...module.guestFor(rest), sectors: diskSectors };
  const [outermost] = module.createStack({ ...options, strategy, guests: around(first) }) as [Monitor];
  const guest = outermost.guests[nth] as VirtualMachine;
  if (inner.length === 0) return { outermost, innermost: outermost, guest };
  const innermost = module.createStack({ ...rest, on: module.machineOf(outermost, guest) }).at(-1) as Monitor;
  return { outermost, innermost, guest: innermost.guests[0] as VirtualMachine };
}

class OwnSubject implements Subject {
  readonly printed: number[];
  readonly disk: Uint8Array;
  readonly memory: Uint8Array;
  /** The monitor of the real machine, and that of the guest: the same, but in a stack. */
  readonly #outermost: Monitor;
  readonly #innermost: Monitor;
  readonly #guest: VirtualMachine;
  readonly #expansion: number;
  readonly #watch: Watch;
  /** The guest's general registers at the end of its last turn. */
  readonly #kept = new Int32Array(32);
  readonly #other: Neighbour | undefined;
  #isOthersTurn = false;
  /** What was wrong between the guests, in words. */
  #found: string | undefined;

  constructor(program: Program, setting: OwnSetting) {
    const { module, strategy, engine, variant, surrounded, guarded, features, wholeDisk, passDisk } = setting;
    const own = { image: imageOf(program), memory: memorySize, sectors: diskSectors };
    const firstSector = surrounded && !wholeDisk ? neighbour.sectors : 0;
    const real = new MemoryDisk(new Uint8Array((2 * firstSector + diskSectors) * SECTOR));
    real.bytes.set(newDisk(), firstSector * SECTOR);
    const { console, printed } = newConsole(program.input);
    const depth = strategy.split('/').length;
    this.#expansion = expansion ** depth;
    const options = {
      guests: [own],
      variant,
      features,
      passDisk,
      strategy,
      engine,
      console,
      disk: real,
      // Where user code could see the monitor, it is translated too; a small cache is flushed now and then.
      translateUser: variant.unprivileged.size > 0,
      cache: 2 ** 16,
      // The programs are too short to pay for compiled code.
      ...(engine === 'interpreter'
        ? {}
        : { storage: cleanStorage(depth === 1 ? usualSize : sharedSize), fast: compiledEarly(program) }),
    };
    const { outermost, innermost, guest } = makeMonitors(module, options, setting);
    this.#outermost = outermost;
    this.#innermost = innermost;
    this.#guest = guest;
    if (surrounded) this.#other = new Neighbour(outermost, outermost.guests[0] as VirtualMachine);
    this.printed = surrounded ? this.#virtualConsole(program.input) : printed;
    this.memory = this.#guest.cpu.memory.bytes;
    this.disk = real.bytes.subarray(firstSector * SECTOR, (firstSector + diskSectors) * SECTOR);
    this.#watch = new Watch(outermost.real, real.bytes, this.#ground(firstSector), guarded);
    this.#watch.poison();
    this.#standBeside(surrounded && !guarded);
  }

  /** Of several guests, only the first has input, and output comes in lines: what the virtual console takes and gives. */
  #virtualConsole(input: readonly number[]): number[] {
    const printed: number[] = [];
    const { console } = this.#guest.cpu;
    const print = console.print.bind(console);
    console.print = (byte) => {
      printed.push(byte & 0xff);
      print(byte);
    };
    console.feed(Uint8Array.from(input));
    console.close();
    return printed;
  }

  #ground(firstSector: number): Ground {
    const { guests, real } = this.#outermost;
    const end = guests.reduce((sum, { allocation }) => sum + allocation.size, 0);
    const { byteOffset, length: size } = this.memory;
    const at = byteOffset - real.memory.bytes.byteOffset;
    const after = (firstSector + diskSectors) * SECTOR;
    const others = guests.filter((_, n) => guests.length > 1 && n !== 1);
    const nobodys = ({ allocation }: VirtualMachine, n: number) => {
      const used = n === 0 ? neighbourPages * PAGE : 0;
      return { at: allocation.at + used, size: allocation.size - used };
    };
    return {
      guest: { at, size },
      own: { at: end, size: real.memory.size - end },
      poisoned: others.map(nobodys),
      guestDisk: { at: firstSector * SECTOR, size: diskSectors * SECTOR },
      poisonedDisk:
        firstSector === 0 ? [] : [0, after].map((from) => ({ at: from, size: firstSector * SECTOR })),
    };
  }

  /**
   * Has the watch see every entry of the guest: the monitor handles a trap when the engine has stopped. With `inPlace` the monitor
   * handles traps while the engine runs, as it does otherwise, and the watch sees only the first entry of each turn.
   */
  #standBeside(inPlace: boolean): void {
    const { engine, real } = this.#outermost;
    const run = engine.run.bind(engine);
    const other = this.#other;
    const enter = () =>
      other !== undefined && this.#isOthersTurn
        ? other.enter(run)
        : this.#watch.enter(run, this.#expansion, inPlace);
    engine.run = () => {
      const { handler } = real;
      if (inPlace) return enter();
      real.handler = undefined;
      for (;;) {
        const stop = enter();
        if (handler === undefined || stop.kind !== 'trap' || !handler()) return stop;
      }
    };
  }

  /** Gives the neighbour its turn, and looks at whether either changed anything of the other. */
  #otherTurn(other: Neighbour): void {
    this.#isOthersTurn = true;
    this.#found ??= other.turn();
    this.#isOthersTurn = false;
    this.#innermost.makeCurrent(this.#guest);
    this.#outermost.real.writeSystem(SR.PTBR, 0); // What is there afterwards was put there for this guest.
    const n = this.#kept.findIndex((value, k) => value !== this.x[k]);
    if (n >= 0) this.#found ??= `${registerName(n)} is another one after another guest's turn`;
  }

  get guest() {
    return this.#guest.cpu;
  }

  get x() {
    return this.#outermost.real.x;
  }

  get counts() {
    const { engine } = this.#outermost;
    return 'statistics' in engine
      ? { ...this.#watch.counts, compiled: (engine as FastEngine).statistics.compiledSteps }
      : this.#watch.counts;
  }

  run(until: number) {
    if (this.#other !== undefined) this.#otherTurn(this.#other);
    this.#watch.begin(until - this.guest.steps, this.#expansion / expansion);
    const stop = this.#innermost.runGuest(this.#guest, until);
    this.#kept.set(this.x);
    return stop;
  }

  trespass() {
    return this.#found ?? this.#watch.trespass();
  }

  close(): void {
    const { engine } = this.#outermost;
    if ('close' in engine) (engine as FastEngine).close();
  }
}

/** Translated code makes more steps than the guest. */
const expansion = 40;
