/** Runs a witness program as `ringlab run` would, and gives back what it printed and its exit status. */
import { assemble } from '../../assembler/index.ts';
import { createEngine } from '../../isa/engines/engine.ts';
import { Console } from '../../isa/machine/devices/console.ts';
import { loadImage, readImage } from '../../isa/machine/image.ts';
import { Machine } from '../../isa/machine/machine.ts';
import type { Variant } from '../../isa/table/variants.ts';

/** No witness program takes as many. */
const STEP_LIMIT = 100_000;

export interface Shown {
  readonly printed: string;
  readonly status: number;
}

/** Throws the assembler's error, or an Error when the program does not end by itself. */
export function runProgram(text: string, variant: Variant, input?: string): Shown {
  const printed: number[] = [];
  const console = new Console((byte) => printed.push(byte));
  console.feed(Buffer.from(input ?? ''));
  console.close();
  const machine = new Machine({ variant, console });
  const image = readImage(assemble([{ name: 'witness.s', text }]).elf);
  loadImage(image, machine.memory.bytes);
  machine.pc = image.entry;
  const stop = createEngine('interpreter', machine).run(STEP_LIMIT);
  if (stop.kind !== 'power') throw new Error(`the program stopped by ${stop.kind}`);
  return { printed: Buffer.from(printed).toString(), status: stop.status };
}
