/** A guest ready to run: the file's image in a machine or a process, made from the options. */
import { createEngine, type Engine, storageFor } from '../isa/engines/engine.ts';
import { Console } from '../isa/machine/devices/console.ts';
import { FileDisk } from '../isa/machine/devices/file-disk.ts';
import { type Image, loadImage } from '../isa/machine/image.ts';
import { Machine } from '../isa/machine/machine.ts';
import type { Stop } from '../isa/machine/stop.ts';
import { SymbolTable } from '../isa/machine/symbols.ts';
import { causeName } from '../isa/table/traps.ts';
import { Process, type ProcessStop } from '../vmm/process/process.ts';
import { badInput, systemReason, usage } from './failure.ts';
import { loadFile, loadVariant, readInput, withName } from './files.ts';
import type { GuestOptions } from './options.ts';
import { Output, processStreams, readFrom, readStandardInput } from './streams.ts';

export interface Guest {
  readonly file: string;
  readonly machine: Machine;
  readonly symbols: SymbolTable;
  readonly isa: string;
  readonly engine: Engine;
  /** Runs until step `until`, or until the guest stops. */
  readonly run: (until: number) => Stop | ProcessStop;
  /** Traps taken, by cause. */
  readonly exits: Map<string, number>;
  /** Sends what the guest printed so far on its way. */
  readonly flush: () => void;
  /** Typed console input goes here as it comes; undefined when input is read when asked for. */
  readonly typed: Console | undefined;
}

/** Loads and sets up the guest of `file`, whose output goes to descriptor `printTo`. Throws Failures. */
export async function prepareGuest(
  file: string,
  args: readonly string[],
  options: GuestOptions,
  printTo: 1 | 2 = 1,
): Promise<Guest> {
  const image = await loadFile(file);
  return options.process
    ? prepareProcess(file, image, args, options, printTo)
    : prepareSystem(file, image, args, options, printTo);
}

function prepareProcess(
  file: string,
  image: Image,
  args: readonly string[],
  options: GuestOptions,
  printTo: 1 | 2,
): Guest {
  for (const name of ['disk', 'monitor'] as const) {
    if (options[name] !== undefined && options[name] !== 'none')
      throw usage(`--${name} needs a machine, not --process`);
  }
  const { isa } = options;
  loadVariant(isa);
  const input = options.input === undefined ? undefined : readInput(options.input);
  const guest = withName(file, () => {
    try {
      return new Process(image, {
        argv: [file, ...args],
        environment: options.env,
        streams: processStreams(input, printTo),
        engine: options.engine,
        ...(options.memory === undefined ? {} : { memory: options.memory }),
      });
    } catch (error) {
      throw error instanceof RangeError ? usage(error.message) : error;
    }
  });
  const { machine, engine, calls: exits } = guest;
  const run = (until: number) => guest.run(until);
  const symbols = new SymbolTable(image.symbols);
  return { file, machine, symbols, isa, engine, run, exits, flush: () => {}, typed: undefined };
}

function prepareSystem(
  file: string,
  image: Image,
  args: readonly string[],
  options: GuestOptions,
  printTo: 1 | 2,
): Guest {
  if (args.length > 0) throw usage(`a machine takes no arguments ("${args[0]}"); did you mean --process?`);
  if (options.env.length > 0) throw usage('--env needs --process');
  const variant = loadVariant(options.isa);
  const output = new Output(printTo);
  const typing = options.input === undefined && process.stdin.isTTY === true;
  const read = options.input === undefined ? readStandardInput : readFrom(readInput(options.input));
  const source = () => {
    output.flush();
    const bytes = read(4096);
    return bytes.length === 0 ? undefined : bytes;
  };
  const console = new Console((byte) => output.put(byte), typing ? undefined : source);
  const memory = options.memory ?? 16 * 2 ** 20;
  const machine = new Machine({
    variant,
    console,
    memory,
    storage: storageFor(options.engine, memory),
    ...(options.disk === undefined ? {} : { disk: openDisk(options.disk) }),
  });
  withName(file, () => loadImage(image, machine.memory.bytes));
  machine.pc = image.entry;
  const engine = createEngine(options.engine, machine);
  const symbols = new SymbolTable(image.symbols);
  const exits = new Map<string, number>();
  machine.onTrap = (cause) => exits.set(causeName(cause), (exits.get(causeName(cause)) ?? 0) + 1);
  const run = (until: number) => engine.run(until);
  const typed = typing ? console : undefined;
  return {
    file,
    machine,
    symbols,
    isa: variant.name,
    engine,
    run,
    exits,
    flush: () => output.flush(),
    typed,
  };
}

function openDisk(path: string): FileDisk {
  try {
    return new FileDisk(path);
  } catch (error) {
    throw badInput(`${path}: cannot use it as a disk: ${systemReason(error)}`);
  }
}
