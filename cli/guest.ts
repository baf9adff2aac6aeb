/** A guest ready to run: the file's image in a machine or a process, made from the options. */
import { isatty } from 'node:tty';
import type { Component } from '../isa/machine/component.ts';
import type { Engine } from '../isa/engines/engine.ts';
import { Console } from '../isa/machine/devices/console.ts';
import { type DiskStore, MemoryDisk } from '../isa/machine/devices/disk.ts';
import type { NetworkLink } from '../isa/machine/devices/network.ts';
import { FileDisk } from '../isa/machine/devices/file-disk.ts';
import { emptyImage, type Image, type ImageSymbol } from '../isa/machine/image.ts';
import { type Lockup, watchLockup } from '../isa/machine/lockup.ts';
import type { Machine } from '../isa/machine/machine.ts';
import type { MachineState } from '../isa/machine/state.ts';
import type { Stop } from '../isa/machine/stop.ts';
import { ProgramMap } from '../isa/machine/program-map.ts';
import { defaultMemory } from '../isa/machine/storage.ts';
import type { SymbolTable } from '../isa/machine/symbols.ts';
import { causeName } from '../isa/table/traps.ts';
import type { Variant } from '../isa/table/variants.ts';
import type { Ledger } from '../vmm/guest/ledger.ts';
import { upperHalf, withGuest } from '../vmm/guest/with-guest.ts';
import { createGuest, type Level } from '../vmm/monitor/create-guest.ts';
import type { Translator } from '../vmm/translator/translator.ts';
import { environments, linux } from '../vmm/process/environments/environments.ts';
import { entryOf } from '../vmm/process/environments/course.ts';
import type { Environment } from '../vmm/process/environments/environment.ts';
import type { FileSystem } from '../vmm/process/files/file-system.ts';
import type { Streams } from '../vmm/process/files/pipe.ts';
import { Process, type ProcessStop } from '../vmm/process/process.ts';
import { contextOf } from './context.ts';
import { badInput, systemReason, usage } from './failure.ts';
import { loadFile, loadVariant, mustBeFolder, readInput, withName } from './files.ts';
import { type FolderWish, HostFiles } from './host-files.ts';
import type { GuestVerbOptions } from './options.ts';
import { letGuestGoFirst } from './priority.ts';
import { tellUnknownCall } from './outcome.ts';
import { note, Output } from './output.ts';
import { beforeInput, ByteReader, processStreams, readStandardInput } from './streams.ts';

/** How a guest ended: as machines and processes do, or because it takes the same trap for ever. */
export type GuestStop = Stop | ProcessStop | Lockup;

/** The guest of a file, and what the command line needs around it. */
export interface PreparedGuest {
  readonly file: string;
  readonly machine: Machine;
  readonly program: ProgramMap;
  /** The process, if it is one and not a machine. */
  readonly process?: Process;
  readonly symbols: SymbolTable;
  /** The program's symbols as its file lists them. */
  readonly listed: readonly ImageSymbol[];
  readonly isa: string;
  readonly engine: Engine;
  /** Runs until step `until`, or until the guest stops. */
  readonly run: (until: number) => GuestStop;
  /** Counts by name: traps by cause; under a monitor, exits; for a process, system calls. */
  readonly exits: Map<string, number>;
  /** The monitor's counts for the guest, if there is a monitor; and its translator, if it has one. */
  readonly ledger: Ledger | undefined;
  readonly translator: Translator | undefined;
  /** The monitors below it, the outermost first. */
  readonly levels: readonly Level[];
  /** Writes out what the guest has printed so far. */
  readonly flush: () => void;
  /** Typed console input goes here as it comes; undefined when input is read only when the guest asks for it. */
  readonly typed: Console | undefined;
  /**
   * Saves and restores its state between two steps: everything but the contents of memory and disk.
   * All input of `--input` is part of it. undefined for a process, which has no machine.
   */
  readonly state: Component<MachineState> | undefined;
}

export interface GuestUse {
  /** The descriptor that its output goes to; default 1. */
  readonly printTo?: 1 | 2;
  /** Whether typed input reaches the console as it comes; by default the guest waits until a line is typed. */
  readonly interactive?: boolean;
  /** For comparing: its output is collected here instead of printed, its disk is a copy in memory, its input a file or none. */
  readonly collect?: number[];
  /** Whether translated code counts the exits that it saves. */
  readonly countSaved?: boolean;
  /** Its disk, instead of the file that the options name. */
  readonly store?: DiskStore;
  /** What its network device is plugged into. */
  readonly network?: NetworkLink;
  /** A process's arguments, its name first, instead of the file and the words after it. */
  readonly argv?: readonly string[];
  /** Streams and files for a process in place of the host's: for recording and replay. */
  readonly outside?: (streams: Streams, files: FileSystem) => Outside;
}

interface Outside {
  readonly streams: Streams;
  readonly files: FileSystem;
}

/** Loads and sets up the guest of `file`. Throws Failures. */
export async function prepareGuest(
  file: string,
  args: readonly string[],
  options: GuestVerbOptions,
  use: GuestUse = {},
): Promise<PreparedGuest> {
  const refused = options.process ? refusedByProcess(options) : refusedByMachine(args, options);
  if (refused !== undefined) throw usage(refused);
  const variant = loadVariant(options.isa);
  const image = await loadStack(file, options);
  if (options.engine !== 'interpreter') letGuestGoFirst();
  try {
    return withName(file, () =>
      options.process
        ? prepareProcess(file, image, args, options, use)
        : prepareSystem(file, image, variant, options, use),
    );
  } catch (error) {
    if (error instanceof RangeError) throw usage(error.message);
    throw error;
  }
}

/** The image of a file, with the guests of `--guest`, each in the memory of the one before. */
async function loadStack(
  file: string,
  { guest = [], memory = defaultMemory }: Pick<GuestVerbOptions, 'guest' | 'memory'>,
): Promise<Image> {
  const image = await loadFile(file);
  const [first, ...others] = guest;
  if (first === undefined) return image;
  const inner = await loadStack(first, { guest: others, memory: upperHalf(memory).size });
  return withName(file, () => withGuest(image, inner, upperHalf(memory)));
}

/** Sets up an empty machine, into which a snapshot will be loaded. `symbols`: for the crash report. */
export function prepareBlank(
  file: string,
  symbols: readonly Pick<ImageSymbol, 'name' | 'address' | 'global'>[],
  variant: Variant,
  options: GuestVerbOptions,
  use: GuestUse,
): PreparedGuest {
  const image: Image = {
    ...emptyImage,
    symbols: symbols.map((symbol) => ({ size: 0, kind: 'other', ...symbol })),
  };
  return prepareSystem(file, image, variant, options, use);
}

function refusedByProcess({
  disk,
  context,
  guest,
  monitor,
  paravirtual,
}: GuestVerbOptions): string | undefined {
  if (guest !== undefined) return '--guest needs a machine; a process has none';
  if (disk !== undefined) return '--disk needs a machine; a process has none';
  if (context !== undefined) return '--context needs a machine; a process has none';
  if (paravirtual) return '--paravirtual needs a machine; a process has none';
  if (monitor !== 'none') return '--monitor needs a machine; a process has none';
  return undefined;
}

/** The message about arguments to a machine. */
export function machineTakesNone(args: readonly string[]): string {
  return `a machine takes no arguments ("${args[0]}"); did you mean --process?`;
}

function refusedByMachine(args: readonly string[], { env, dir }: GuestVerbOptions): string | undefined {
  if (args.length > 0) return machineTakesNone(args);
  if (env.length > 0) return '--env needs --process';
  if (dir !== undefined) return '--dir needs --process; a machine has a disk (--disk)';
  return undefined;
}

function environmentNamed(name: string | undefined): Environment {
  return environments.find((environment) => environment.name === name) ?? linux;
}

/** Warns that a program with `main` but no `_start` does not begin at `main`, as it would in simulators. */
function warnOfMain(file: string, image: Image, environment: Environment): void {
  const main = image.symbols.find(({ name, global }) => name === 'main' && global);
  const start = entryOf(image, environment);
  if (main === undefined || main.address === start || image.symbols.some(({ name }) => name === '_start'))
    return;
  note(
    `ringlab: ${file}: there is no _start, so the program begins at its first instruction, not at main. ` +
      'Simulators begin at main: --environment rars, venus or creator does, too\n',
  );
}

function prepareProcess(
  file: string,
  image: Image,
  args: readonly string[],
  options: GuestVerbOptions,
  { printTo = 1, argv = [file, ...args], outside = (streams, files) => ({ streams, files }) }: GuestUse,
): PreparedGuest {
  const input = options.input === undefined ? undefined : readInput(options.input);
  const program = new ProgramMap(image);
  const environment = environmentNamed(options.environment);
  warnOfMain(file, image, environment);
  const guest = new Process(image, {
    argv,
    callEnvironment: environment,
    onUnknownCall: (call) => tellUnknownCall(file, call, program.symbols),
    environment: options.env,
    ...outside(processStreams(input, printTo), openFolders(options.dir ?? [])),
    engine: options.engine,
    ...(options.memory === undefined ? {} : { memory: options.memory }),
  });
  const { machine, engine, calls: exits } = guest;
  return {
    file,
    machine,
    process: guest,
    program,
    symbols: program.symbols,
    listed: image.symbols,
    isa: options.isa,
    engine,
    run: (until) => guest.run(until),
    exits,
    flush: () => {},
    ledger: undefined,
    translator: undefined,
    levels: [],
    typed: undefined,
    state: undefined,
  };
}

/** The folders of `--dir`. Throws a Failure. */
function openFolders(wishes: readonly FolderWish[]): HostFiles {
  for (const { host } of wishes) mustBeFolder(host);
  return new HostFiles(wishes);
}

function prepareSystem(
  file: string,
  image: Image,
  variant: Variant,
  options: GuestVerbOptions,
  { printTo = 1, interactive = false, countSaved = false, collect, store, network }: GuestUse,
): PreparedGuest {
  const output = new Output(printTo);
  const isTyped = interactive && options.input === undefined && isatty(0);
  const reader = options.input === undefined ? undefined : new ByteReader(readInput(options.input));
  const readLive = collect ? () => new Uint8Array() : readStandardInput;
  const source = () => {
    if (reader === undefined && collect === undefined) beforeInput();
    output.flush();
    const bytes = reader?.read(4096) ?? readLive(4096);
    return bytes.length === 0 ? undefined : bytes;
  };
  const sink = collect ? (byte: number) => collect.push(byte) : (byte: number) => output.put(byte);
  const console = new Console(sink, isTyped ? undefined : source);
  const disk = store ?? diskOf(options, collect !== undefined);
  const memory = options.memory ?? defaultMemory;
  const { monitor, engine, translateUser, paravirtual } = options;
  const processor = { variant, memory, engine, monitor, translateUser, countSaved, paravirtual };
  const guest = createGuest({ ...processor, image, console, disk, network });
  const context = contextOf(options.context);
  if (context !== undefined) guest.machine.context.give(context);
  const program = new ProgramMap(image);
  const exits = guest.ledger?.exits ?? countTraps(guest.machine);
  const lockup = watchLockup(guest.machine);
  return {
    file,
    program,
    symbols: program.symbols,
    listed: image.symbols,
    isa: variant.name,
    flush: () => output.flush(),
    typed: isTyped ? console : undefined,
    machine: guest.machine,
    engine: guest.engine,
    exits,
    ledger: guest.ledger,
    translator: guest.translator,
    levels: guest.levels,
    run: (until) => {
      const stop = guest.run(until);
      return (stop.kind === 'break' ? lockup() : undefined) ?? stop;
    },
    state: reader === undefined ? guest : withInput(guest, reader),
  };
}

/** The state, including the input that the console has not read yet: all input of a file waits from the start. */
function withInput(state: Component<MachineState>, reader: ByteReader): Component<MachineState> {
  return {
    save: () => {
      const saved = state.save();
      const { console } = saved.devices;
      const input = new Uint8Array(Buffer.concat([console.input, reader.rest]));
      return { ...saved, devices: { ...saved.devices, console: { ...console, open: false, input } } };
    },
    restore: (saved) => {
      state.restore(saved);
      reader.read(reader.rest.length);
    },
  };
}

/** Counts the traps that the machine takes, by cause. */
function countTraps(machine: Machine): Map<string, number> {
  const traps = new Map<string, number>();
  machine.onTrap = (cause) => traps.set(causeName(cause), (traps.get(causeName(cause)) ?? 0) + 1);
  return traps;
}

function diskOf({ disk }: GuestVerbOptions, copy: boolean): DiskStore | undefined {
  if (disk === undefined) return undefined;
  return copy ? copyDisk(disk) : openDisk(disk);
}

function copyDisk(path: string): MemoryDisk {
  return new MemoryDisk(readInput(path));
}

/** The disk in a file. With `mode` r it cannot be written. Throws a Failure. */
export function openDisk(path: string, mode: 'r+' | 'r' = 'r+'): FileDisk {
  try {
    return new FileDisk(path, mode);
  } catch (error) {
    throw badInput(`${path}: cannot use it as a disk: ${systemReason(error)}`);
  }
}
