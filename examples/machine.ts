/** Assembles a program and runs it on a variant to its end. */
import { assemble } from '../assembler/index.ts';
import { createEngine } from '../isa/engines/engine.ts';
import { Console } from '../isa/machine/devices/console.ts';
import { loadImage, readImage } from '../isa/machine/image.ts';
import { Machine } from '../isa/machine/machine.ts';
import type { Variant } from '../isa/table/variants.ts';

/** Instructions after which a program is given up. */
const most = 1_000_000;
const slice = 10_000;

export interface Result {
  readonly printed: string;
  /** Exit status; undefined when it did not end by itself. */
  readonly status: number | undefined;
}

/** Runs the assembly `text`, called `name` in error messages, with that console input. Throws the assembler's error. */
export function run(name: string, text: string, variant: Variant, input = ''): Result {
  const printed: number[] = [];
  const console = new Console((byte) => printed.push(byte));
  console.feed(new TextEncoder().encode(input));
  console.close();
  const machine = new Machine({ variant, console });
  const image = readImage(assemble([{ name, text }]).elf);
  loadImage(image, machine.memory.bytes);
  machine.pc = image.entry;
  const status = runToEnd(machine);
  return { printed: Buffer.from(printed).toString(), status };
}

/** Runs until the power goes off; returns the exit status. What passes while the machine waits in `hlt` is no instruction. */
function runToEnd(machine: Machine): number | undefined {
  const engine = createEngine('interpreter', machine);
  for (let left = most; left > 0; left -= slice) {
    const stop = engine.run(machine.waiting ? machine.nextEvent : machine.steps + slice);
    if (stop.kind === 'power') return stop.status;
    if (stop.kind !== 'limit') return undefined;
  }
  return undefined;
}
