/** Assembles a program and runs it on a variant to its end. */
import { assemble } from '../assembler/index.ts';
import { createEngine } from '../isa/engines/engine.ts';
import { Console } from '../isa/machine/devices/console.ts';
import { loadImage, readImage } from '../isa/machine/image.ts';
import { Machine } from '../isa/machine/machine.ts';
import type { Variant } from '../isa/table/variants.ts';

const stepLimit = 1_000_000;

export interface Result {
  readonly printed: string;
  /** Exit status; undefined when it did not end by itself. */
  readonly status: number | undefined;
}

/** Runs the assembly `text`, called `name` in error messages. Throws the assembler's error. */
export function run(name: string, text: string, variant: Variant): Result {
  const printed: number[] = [];
  const machine = new Machine({ variant, console: new Console((byte) => printed.push(byte)) });
  const image = readImage(assemble([{ name, text }]).elf);
  loadImage(image, machine.memory.bytes);
  machine.pc = image.entry;
  const stop = createEngine('interpreter', machine).run(stepLimit);
  return {
    printed: Buffer.from(printed).toString(),
    status: stop.kind === 'power' ? stop.status : undefined,
  };
}
