/** Runs a guest of guests/ on the bare machine or under a monitor, and compares the two. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assemble } from '../assembler/index.ts';
import { createEngine } from '../isa/engines/engine.ts';
import { Console } from '../isa/machine/devices/console.ts';
import { type Image, loadImage, readImage } from '../isa/machine/image.ts';
import { Machine } from '../isa/machine/machine.ts';
import { type Variant, variantNamed } from '../isa/table/variants.ts';
import { type Comparison, compareSides, type Side } from '../vmm/monitor/compare.ts';
import { Monitor } from '../vmm/monitor/monitor.ts';
import type { VirtualMachine } from '../vmm/monitor/virtual-machine.ts';
import type { Desk } from './lesson.ts';
import type { Result } from './machine.ts';

const memory = 2 ** 20;
const stepLimit = 1_000_000;

/** The guests, also from where the lessons are compiled to. */
const here = new URL('../guests/', import.meta.url);
const guests = fileURLToPath(existsSync(here) ? here : new URL('../../guests/', import.meta.url));

/** Assembles `file` of guests/. Throws the assembler's error. */
export function imageOf(file: string): Image {
  const name = resolve(guests, file);
  const readFile = (path: string, from: string) => readFileSync(resolve(dirname(from), path));
  return readImage(assemble([{ name, text: readFileSync(name, 'utf8') }], { readFile }).elf);
}

/** Makes the guest on a bare machine, or under a monitor's strategy. */
function side(image: Image, isa: string, strategy: string | undefined): Side {
  const variant = variantNamed(isa) as Variant;
  const printed: number[] = [];
  const console = new Console((byte) => printed.push(byte));
  if (strategy !== undefined) {
    const monitor = new Monitor({
      guests: [{ image, memory }],
      variant,
      strategy,
      engine: 'interpreter',
      console,
    });
    const guest = monitor.guests[0] as VirtualMachine;
    return { machine: guest.cpu, printed, run: (until) => monitor.runGuest(guest, until) };
  }
  const machine = new Machine({ variant, memory, console });
  loadImage(image, machine.memory.bytes);
  machine.pc = image.entry;
  const engine = createEngine('interpreter', machine);
  return { machine, printed, run: (until) => engine.run(until) };
}

/** Runs `file` of guests/ on the variant `isa`, under a monitor if `strategy` is given. */
export function runGuest(file: string, isa: string, strategy?: string): Result {
  const { printed, run } = side(imageOf(file), isa, strategy);
  const stop = run(stepLimit);
  return {
    printed: Buffer.from(printed).toString(),
    status: stop.kind === 'power' ? stop.status : undefined,
  };
}

/** Compares `file` on the bare machine and under a monitor, step by step. */
export function compareGuest(file: string, isa: string, strategy: string): Comparison {
  const image = imageOf(file);
  return compareSides(
    () => side(image, isa, undefined),
    () => side(image, isa, strategy),
    stepLimit,
  );
}

/** Says what the guest prints in each of several places, and returns the exit statuses. */
export function showGuest(
  desk: Desk,
  file: string,
  places: readonly (readonly [isa: string, strategy?: string])[],
): readonly (number | undefined)[] {
  return places.map(([isa, strategy]) => {
    const { printed, status } = runGuest(file, isa, strategy);
    desk.say(`${isa}, ${strategy === undefined ? 'bare' : `under ${strategy}`}:`);
    for (const line of printed.trimEnd().split('\n')) desk.say(`  | ${line}`);
    return status;
  });
}

/** Says where the guest diverges, or that it does not. */
export function showComparison(desk: Desk, file: string, isa: string, strategy: string): Comparison {
  const comparison = compareGuest(file, isa, strategy);
  const { divergence, steps } = comparison;
  desk.say(
    divergence === undefined
      ? `${isa}, ${strategy}: equal at all ${steps} steps`
      : `${isa}, ${strategy}: diverges after ${steps} steps, at ${divergence.instruction}`,
  );
  for (const { what, left, right } of divergence?.differences ?? []) {
    desk.say(`  ${what}: ${left} bare, ${right} under the monitor`);
  }
  return comparison;
}
