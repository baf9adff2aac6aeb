/** Runs a guest of guests/ as it wants to be run, and gives back what can be seen of it. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assemble } from '../../assembler/index.ts';
import { EXIT } from '../../cli/failure.ts';
import { createEngine, type EngineName, storageFor } from '../../isa/engines/engine.ts';
import type { FastOptions } from '../../isa/engines/fast/fast.ts';
import { Console } from '../../isa/machine/devices/console.ts';
import { MemoryDisk, SECTOR } from '../../isa/machine/devices/disk.ts';
import { type Image, loadImage, readImage } from '../../isa/machine/image.ts';
import { Machine } from '../../isa/machine/machine.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import { causeName } from '../../isa/table/traps.ts';
import { type Variant, variantNamed } from '../../isa/table/variants.ts';
import { addressNumber } from '../../vmm/network/frame.ts';
import { Lan } from '../../vmm/network/lan.ts';
import { Process, type ProcessStop } from '../../vmm/process/process.ts';
import { eager, expectCompiled, steady } from '../engines/compiled.ts';
import { type Expectations, type Outcome, parseExpectations } from './expectations.ts';

/** A guest that has not ended after so many steps never will. */
const STEP_LIMIT = 10_000_000;

/** A guest of so few steps may come to no place again: there is nothing to compile. */
const fewSteps = 20;

/** A machine's memory where the guest does not say, as in `ringlab run`. */
const DEFAULT_MEMORY = 16 * 2 ** 20;

const folder = fileURLToPath(new URL('../../guests/', import.meta.url));

/** Names of all guests: the `.s` files of guests/. */
export const guestFiles: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith('.s'))
  .sort();

/** The text of a file of guests/. */
export function guestText(file: string): string {
  return readFileSync(resolve(folder, file), 'utf8');
}

/** The texts of a disk's sectors, each repeated until its sector is full; "" is zeros. */
export function fillSectors(texts: readonly string[]): readonly string[] {
  return texts.map((text) => (text === '' ? '\0' : text).repeat(SECTOR).slice(0, SECTOR));
}

const images = new Map<string, Image>();

export function imageOf(file: string): Image {
  const known = images.get(file);
  if (known !== undefined) return known;
  const { elf } = assemble([{ name: resolve(folder, file), text: guestText(file) }], {
    readFile: (path, from) => readFileSync(resolve(dirname(from), path)),
  });
  const image = readImage(elf);
  images.set(file, image);
  return image;
}

/**
 * Runs a guest to its end. Throws StatementError for a malformed head, the assembler's
 * AssemblyError, and Error when the guest does not end within STEP_LIMIT steps, or the fast engine compiled nothing of it.
 */
export function runGuest(file: string, variant: string, engine: EngineName): Outcome {
  const wishes = parseExpectations(guestText(file));
  const image = imageOf(file);
  if (wishes.process) return runProcess(file, image, wishes, engine);
  const fast = file.startsWith('kernel/') ? steady : eager;
  return runSystem(image, wishes, { variant, engine, fast });
}

/** What a system guest runs on. */
interface Setting {
  readonly variant: string;
  readonly engine: EngineName;
  readonly fast: FastOptions;
}

function runSystem(image: Image, wishes: Expectations, setting: Setting): Outcome {
  const lan = new Lan();
  const networked = wishes.peers.length > 0;
  const self = systemGuest(image, wishes, setting, networked ? lan : undefined);
  for (const peer of wishes.peers)
    systemGuest(imageOf(peer), parseExpectations(guestText(peer)), setting, lan);
  const [stop] = networked ? lan.run(STEP_LIMIT) : [self.run(STEP_LIMIT)];
  const { printed, machine, disk } = self;
  if (machine.steps > fewSteps) expectCompiled(self.engine);
  return outcome(printed, stop as Stop, machine.steps, disk && sectorsOf(disk.bytes));
}

/** A system guest on a machine of its own, plugged into `lan` as its next guest if there is one. */
function systemGuest(image: Image, wishes: Expectations, { variant, engine, fast }: Setting, lan?: Lan) {
  const printed: number[] = [];
  const console = new Console((byte) => printed.push(byte), inputOnce(wishes.input));
  const disk = wishes.disk && new MemoryDisk(Buffer.from(fillSectors(wishes.disk).join(''), 'latin1'));
  const port = lan?.port(addressNumber(lan.switch.stations.length + 1));
  const memory = wishes.memory ?? DEFAULT_MEMORY;
  const machine = new Machine({
    variant: variantNamed(variant) as Variant,
    console,
    memory,
    storage: storageFor(engine, memory),
    paravirtual: wishes.paravirtual,
    ...(disk === undefined ? {} : { disk }),
    ...(port === undefined ? {} : { network: port }),
  });
  loadImage(image, machine.memory.bytes);
  machine.pc = image.entry;
  const made = createEngine(engine, machine, fast);
  const run = (until: number) => made.run(until);
  if (port !== undefined) lan?.add(port, { machine, run });
  return { printed, disk, machine, run, engine: made };
}

function runProcess(file: string, image: Image, wishes: Expectations, engine: EngineName): Outcome {
  const printed: number[] = [];
  let input: Uint8Array = Buffer.from(wishes.input);
  const read = (length: number) => {
    const part = input.subarray(0, length);
    input = input.subarray(part.length);
    return part;
  };
  const guest = new Process(image, {
    argv: [file, ...wishes.arguments],
    callEnvironment: wishes.environment,
    streams: { read, write: (_fd, bytes) => printed.push(...bytes) },
    engine,
    fast: eager,
    ...(wishes.memory === undefined ? {} : { memory: wishes.memory }),
  });
  const stop = guest.run(STEP_LIMIT);
  if (guest.machine.steps > fewSteps) expectCompiled(guest.engine);
  return outcome(printed, stop, guest.machine.steps, undefined);
}

/** All of the input at the first question, its end at the second. */
function inputOnce(input: string): () => Uint8Array | undefined {
  let left: Uint8Array | undefined = Buffer.from(input);
  return () => {
    const bytes = left;
    left = undefined;
    return bytes;
  };
}

function sectorsOf(bytes: Uint8Array): readonly string[] {
  const text = Buffer.from(bytes).toString('latin1');
  return Array.from({ length: text.length / SECTOR }, (_, n) => text.slice(n * SECTOR, (n + 1) * SECTOR));
}

function outcome(
  printed: readonly number[],
  stop: Stop | ProcessStop,
  steps: number,
  disk: readonly string[] | undefined,
): Outcome {
  if (stop.kind === 'limit') throw new Error(`it has not ended after ${STEP_LIMIT} steps`);
  const ended = stop.kind === 'power' || stop.kind === 'exit';
  const trapped = stop.kind === 'unhandled' || stop.kind === 'killed';
  return {
    console: Buffer.from(printed).toString(),
    status: ended ? stop.status & 0xff : EXIT.STOPPED,
    steps,
    stop: trapped ? `${stop.kind} ${causeName(stop.cause)}` : stop.kind,
    disk,
  };
}
