/**
 * Makes a guest ready to run, on the bare machine or under a monitor. The command line, recordings, hosts and the
 * library use it. A monitor for several guests at once is made with `Monitor` itself.
 */
import { createEngine, type Engine, type EngineName, storageFor } from '../../isa/engines/engine.ts';
import type { FastOptions } from '../../isa/engines/fast/fast.ts';
import type { Component } from '../../isa/machine/component.ts';
import type { Console } from '../../isa/machine/devices/console.ts';
import type { DiskStore } from '../../isa/machine/devices/disk.ts';
import type { NetworkLink } from '../../isa/machine/devices/network.ts';
import { emptyImage, type Image, loadImage } from '../../isa/machine/image.ts';
import { Machine } from '../../isa/machine/machine.ts';
import type { MachineState } from '../../isa/machine/state.ts';
import { defaultMemory, type Storage } from '../../isa/machine/storage.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import type { Feature } from '../../isa/table/features.ts';
import type { Variant } from '../../isa/table/variants.ts';
import type { HostSide } from '../memory/tables.ts';
import type { Translator } from '../translator/translator.ts';
import type { Ledger } from '../guest/ledger.ts';
import type { Monitor } from './monitor.ts';
import { createStack, stackNamed } from './stack.ts';
import type { VirtualMachine } from './virtual-machine.ts';

/** The options of `createGuest`. Everything has a default. */
export interface CreateGuestOptions {
  /** The program that is loaded into memory; default: none, memory is zeros and pc is 0. */
  readonly image?: Image | undefined;
  /** The guest's processor; default ring32-v. */
  readonly variant?: Variant | undefined;
  /** Bytes of the guest's memory, in whole pages of 4096; default 16 MiB. */
  readonly memory?: number | undefined;
  /** The engine that executes instructions; default `auto`, which compiles hot code to WebAssembly. */
  readonly engine?: EngineName | undefined;
  /** Options of the fast engine. */
  readonly fast?: FastOptions | undefined;
  /**
   * A strategy's name, or several with `/` between them, for a stack of monitors, the outermost first; or `none` for the bare
   * machine. Default `none`.
   */
  readonly monitor?: string | undefined;
  /**
   * The variant of the real processor below the monitor; default: the guest's. Only the strategy `interpret` runs
   * correctly on another one; of a stack, the outermost level with that strategy makes the guest's variant.
   */
  readonly realVariant?: Variant | undefined;
  /**
   * What the real machine below the monitor has for running guests besides what the strategy needs. The hardware strategies
   * use `virtual-timer` and `ports`, and `iommu` with both. Default nothing.
   */
  readonly features?: readonly Feature[] | undefined;
  /** Whether the guest gets the disk for itself even without an IOMMU, which is not safe (MonitorOptions). Default false. */
  readonly passDisk?: boolean | undefined;
  /**
   * Whether binary translation translates user code too. It must if user-sensitive instructions do not trap. Default
   * false.
   */
  readonly translateUser?: boolean | undefined;
  /** Whether translated code counts the exits that it saves, at the cost of a few steps each; default false. */
  readonly countSaved?: boolean | undefined;
  /** Whether calls to the monitor (`vmcall`) are answered, on the bare machine too; default false: they are illegal instructions. */
  readonly paravirtual?: boolean | undefined;
  /** The guest's console; default: output is dropped, and there is no input. */
  readonly console?: Console | undefined;
  /** The guest's disk; default none. */
  readonly disk?: DiskStore | undefined;
  /** The network that the guest's network device is plugged into; default none. */
  readonly network?: NetworkLink | undefined;
  /** The buffer for the real machine's registers and memory; default: a new one that suits the engine. */
  readonly storage?: Storage | undefined;
}

/** One of the monitors below a guest. */
export interface Level {
  /** Its strategy's name. */
  readonly strategy: string;
  /** The monitor's account of its guest, which is the next level's machine. */
  readonly ledger: Ledger;
  /** The monitor's binary translator; undefined if there is none. */
  readonly translator: Translator | undefined;
}

/** A guest ready to run. Between two runs its state can be read, saved and restored. */
export interface Guest extends Component<MachineState> {
  /** The guest's own machine: the bare one, or its virtual CPU. */
  readonly machine: Machine;
  /** The engine that executes the machine, or the real machine below the monitor. */
  readonly engine: Engine;
  /** The machines that execute the guest's instructions. A breakpoint must be set on all of them. */
  readonly processors: readonly Machine[];
  /** Runs until the guest's step `until` (default Infinity: no limit), or until it stops; returns why it stopped. */
  readonly run: (until?: number) => Stop;
  /** Its state between two steps, without the contents of memory and disk. */
  readonly save: () => MachineState;
  /** Sets its state to one that `save` returned. Memory and disk must be restored before. */
  readonly restore: (state: MachineState) => void;
  /** The monitors below it, the outermost first; none on the bare machine. */
  readonly levels: readonly Level[];
  /** The account of the guest by its monitor, the innermost; undefined on the bare machine. */
  readonly ledger: Ledger | undefined;
  /** The binary translator of its monitor; undefined if there is none. */
  readonly translator: Translator | undefined;
  /** Where the guest's memory and its shadow page tables are in its monitor's machine; undefined on the bare machine. */
  readonly host: HostSide | undefined;
}

/**
 * Makes a guest, bare or monitored, at its first step. Throws ImageError if the image does not fit in its memory, and
 * RangeError if the memory's size is not possible, for so many monitors too, or no strategy has a monitor's name.
 */
export function createGuest(options: CreateGuestOptions = {}): Guest {
  const { monitor = 'none' } = options;
  return monitor === 'none' ? bareGuest(options) : monitoredGuest(options, monitor);
}

function bareGuest(options: CreateGuestOptions): Guest {
  const { image = emptyImage, memory = defaultMemory, engine: name = 'auto', fast } = options;
  const { variant, console, disk, network, paravirtual, storage = storageFor(name, memory) } = options;
  const machine = new Machine({ variant, memory, console, disk, network, storage, paravirtual });
  loadImage(image, machine.memory.bytes);
  machine.pc = image.entry;
  const engine = createEngine(name, machine, fast);
  return {
    machine,
    engine,
    processors: [machine],
    run: (until = Number.POSITIVE_INFINITY) => engine.run(until),
    save: () => machine.save(),
    restore: (state) => machine.restore(state),
    levels: [],
    ledger: undefined,
    translator: undefined,
    host: undefined,
  };
}

function monitoredGuest(options: CreateGuestOptions, strategy: string): Guest {
  const { image = emptyImage, memory = defaultMemory, variant: cpu, network, realVariant, ...rest } = options;
  const { paravirtual, ...real } = rest;
  const monitors = createStack({
    ...real,
    guests: [{ image, memory, cpu, network, paravirtual }],
    variant: realVariant ?? cpu,
    strategy,
  });
  const [outermost, innermost] = [monitors[0] as Monitor, monitors.at(-1) as Monitor];
  const guest = innermost.guests[0] as VirtualMachine;
  const machines = monitors.map((monitor) => monitor.guests[0] as VirtualMachine);
  // Each is the only guest of its monitor, so it stays the current one.
  innermost.makeCurrent(guest);
  return {
    machine: guest.cpu,
    engine: outermost.engine,
    processors: [...machines.map(({ cpu: machine }) => machine).toReversed(), outermost.real],
    run: (until = Number.POSITIVE_INFINITY) => innermost.runGuest(guest, until),
    save: () => guest.save(),
    restore: (state) => guest.restore(state),
    levels: stackNamed(strategy).map((name, n) => levelOf(name, machines[n] as VirtualMachine)),
    ledger: guest.ledger,
    translator: guest.translator,
    host: guest.host,
  };
}

function levelOf(strategy: string, { ledger, translator }: VirtualMachine): Level {
  return { strategy, ledger, translator };
}
