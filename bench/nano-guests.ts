/** Starts the guests of the nanobenchmarks, which run forever, in one of several ways (nano-ways.ts). */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { assemble } from '../assembler/index.ts';
import { createEngine, storageFor } from '../isa/engines/engine.ts';
import { Console } from '../isa/machine/devices/console.ts';
import { type Image, loadImage, readImage } from '../isa/machine/image.ts';
import { Machine } from '../isa/machine/machine.ts';
import { variantNamed, type Variant } from '../isa/table/variants.ts';
import { Monitor } from '../vmm/monitor/monitor.ts';
import type { VirtualMachine } from '../vmm/monitor/virtual-machine.ts';
import { kernelFile, nanoFolder } from './catalogue.ts';
import type { Way } from './nano-ways.ts';

/** The register in which the guests in nano/ count their rounds. */
const roundsRegister = 8;
/** Bytes of memory of each guest. */
const memory = 16 * 2 ** 20;

/** A guest that was started and can be run on. */
export interface Running {
  /** The guest's own machine: the bare one, or the virtual CPU. */
  readonly guest: Machine;
  /** The real machine that it runs on. */
  readonly real: Machine;
  /** Makes `steps` more guest steps. */
  readonly run: (steps: number) => void;
  /** Exits to the monitor so far. */
  readonly exits: () => number;
}

/** The nanobenchmark NAME of nano/. Throws the assembler's errors. */
export function nanoImage(name: string): Image {
  const path = `${nanoFolder()}${name}.s`;
  const readFile = (included: string, from: string) => readFileSync(resolve(dirname(from), included));
  return readImage(assemble([{ name: path, text: readFileSync(path, 'utf8') }], { readFile }).elf);
}

/** The kernel NAME in ring 3 under its small operating system, with a repeat count that is never reached. */
export function kernelImage(name: string): Image {
  const image = readImage(readFileSync(kernelFile(name, 'ring32')));
  const repeat = { address: repeatAt, bytes: Uint8Array.of(0, 0, 0, 0x70), size: 4 };
  return { ...image, segments: [...image.segments, { ...repeat, writable: true, executable: false }] };
}

/** The address of the word with a kernel's repeat count (kernels/system/kernel.inc). */
const repeatAt = 0xfff000;

/** Starts a guest. */
export function start(image: Image, { isa, strategy }: Way): Running {
  const variant = variantNamed(isa) as Variant;
  const console = new Console(() => {});
  if (strategy === undefined) {
    const machine = new Machine({ variant, memory, console, storage: storageFor('fast', memory) });
    loadImage(image, machine.memory.bytes);
    machine.pc = image.entry;
    const engine = createEngine('fast', machine);
    const run = (steps: number) => goOn(engine.run(machine.steps + steps));
    return { guest: machine, real: machine, run, exits: () => 0 };
  }
  const monitor = new Monitor({ guests: [{ image, memory }], variant, strategy, engine: 'fast', console });
  const guest = monitor.guests[0] as VirtualMachine;
  const { cpu, ledger } = guest;
  return {
    guest: cpu,
    real: monitor.real,
    run: (steps) => goOn(monitor.runGuest(guest, cpu.steps + steps)),
    exits: () => [...ledger.exits.values()].reduce((sum, n) => sum + n, 0),
  };
}

/** Throws an Error if a guest that should run forever has stopped. */
function goOn({ kind }: { readonly kind: string }): void {
  if (kind !== 'limit') throw new Error(`a guest that should run forever stopped by ${kind}`);
}

/** The number of rounds that a guest in nano/ has made. */
export function roundsOf({ guest }: Running): number {
  return (guest.x[roundsRegister] as number) >>> 0;
}
