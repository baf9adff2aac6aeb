/** Several guests on one network, made from the options: each on a machine of its own, or all under one monitor. */
import { basename } from 'node:path';
import { createEngine, storageFor } from '../isa/engines/engine.ts';
import { Console } from '../isa/machine/devices/console.ts';
import { type Image, loadImage } from '../isa/machine/image.ts';
import { Machine } from '../isa/machine/machine.ts';
import { ProgramMap } from '../isa/machine/program-map.ts';
import { printableWord } from '../isa/machine/printable.ts';
import type { Variant } from '../isa/table/variants.ts';
import { LineMux } from '../vmm/devices/line-mux.ts';
import type { Monitor } from '../vmm/monitor/monitor.ts';
import { createStack } from '../vmm/monitor/stack.ts';
import { addressNumber } from '../vmm/network/frame.ts';
import type { GuestPort } from '../vmm/network/guest-port.ts';
import { Lan, type LanGuest } from '../vmm/network/lan.ts';
import { contextOf } from './context.ts';
import { loadFile, loadVariant, readInput, withName } from './files.ts';
import { defaultMemory } from '../isa/machine/storage.ts';
import type { GuestVerbOptions } from './options.ts';
import { groupsOf, plugsOf } from './port-groups.ts';
import type { Output } from './output.ts';

export interface LanMember extends LanGuest {
  readonly file: string;
  readonly name: string;
  readonly port: GuestPort;
  readonly program: ProgramMap;
}

export interface LanParty {
  readonly lan: Lan;
  readonly members: readonly LanMember[];
  /** Prints the lines that guests have begun and not ended. */
  readonly flush: () => void;
}

interface Loaded {
  readonly file: string;
  readonly name: string;
  readonly image: Image;
  readonly port: GuestPort;
}

/** The VLANs by name, and which guest is in which. */
export interface PlugChoice {
  readonly groups?: string;
  readonly plug?: string;
}

/** Loads the guests and plugs them in, the first with address 02:00:00:00:00:01. Throws Failures. */
export async function prepareLan(
  files: readonly string[],
  options: GuestVerbOptions & PlugChoice,
  output: Output,
): Promise<LanParty> {
  const variant = loadVariant(options.isa);
  const lan = new Lan();
  const names = namesOf(files);
  const vlans = plugsOf(options.plug, groupsOf(options.groups), names);
  const loaded: Loaded[] = [];
  for (const [n, file] of files.entries()) {
    const name = names[n] as string;
    loaded.push({
      file,
      name,
      image: await loadFile(file),
      port: lan.port(addressNumber(n + 1), name, vlans.get(name)),
    });
  }
  const input = options.input === undefined ? undefined : readInput(options.input);
  const make = options.monitor === 'none' ? bareGuests : monitoredGuests;
  const put = (byte: number) => {
    lan.progressed();
    output.put(byte);
  };
  const { guests, flush } = make(loaded, { variant, options, put, input: once(input) });
  const context = contextOf(options.context);
  const members = guests.map((guest, n) => {
    if (context !== undefined) guest.machine.context.give(context);
    const { file, name, port, image } = loaded[n] as Loaded;
    lan.add(port, guest);
    return { file, name, port, program: new ProgramMap(image), ...guest };
  });
  return { lan, members, flush };
}

/** Names made from the file names, all different. */
function namesOf(files: readonly string[]): readonly string[] {
  const plain = files.map((file) => printableWord(basename(file)).replace(/\.(s|elf)$/, ''));
  return plain.map((name, n) => {
    const before = plain.slice(0, n).filter((other) => other === name).length;
    return before === 0 ? name : `${name}-${before + 1}`;
  });
}

/** Gives all the input when first asked, and its end when asked again. */
function once(input: Uint8Array | undefined): () => Uint8Array | undefined {
  let left = input;
  return () => {
    const bytes = left;
    left = undefined;
    return bytes;
  };
}

interface Setting {
  readonly variant: Variant;
  readonly options: GuestVerbOptions;
  /** Takes what guests print. */
  readonly put: (byte: number) => void;
  /** The console input. It goes to the first guest. */
  readonly input: () => Uint8Array | undefined;
}

interface Made extends Pick<LanParty, 'flush'> {
  readonly guests: readonly LanGuest[];
}

function bareGuests(loaded: readonly Loaded[], { variant, options, put, input }: Setting): Made {
  const { memory = defaultMemory, engine: engineName, paravirtual } = options;
  const names = loaded.map(({ name }) => name);
  const mux = new LineMux(names, put);
  const guests = loaded.map(({ file, image, port }, n) => {
    const console = new Console(mux.sinkFor(n), n === 0 ? input : () => undefined);
    const storage = storageFor(engineName, memory);
    const machine = new Machine({ variant, console, memory, storage, network: port, paravirtual });
    withName(file, () => loadImage(image, machine.memory.bytes));
    machine.pc = image.entry;
    const engine = createEngine(engineName, machine);
    return { machine, run: (until: number) => engine.run(until) };
  });
  return { guests, flush: () => mux.flush() };
}

function monitoredGuests(loaded: readonly Loaded[], { variant, options, put, input }: Setting): Made {
  const { memory = defaultMemory, engine, monitor: strategy, paravirtual } = options;
  const monitors = createStack({
    guests: loaded.map(({ name, image, port }) => ({ name, image, memory, network: port, paravirtual })),
    variant,
    strategy,
    translateUser: options.translateUser ?? false,
    engine,
    console: new Console(put, input),
  });
  const monitor = monitors.at(-1) as Monitor;
  const guests = monitor.guests.map((guest) => ({
    machine: guest.cpu,
    run: (until: number) => monitor.runGuest(guest, until),
  }));
  return { guests, flush: () => monitor.flush() };
}
