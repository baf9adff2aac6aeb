/** What `npm start` shows: a guest assembled and run on each variant, and what happened. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createEngine, storageFor } from '../../isa/engines/engine.ts';
import { Console } from '../../isa/machine/devices/console.ts';
import { loadImage, readImage } from '../../isa/machine/image.ts';
import { Machine } from '../../isa/machine/machine.ts';
import { type Variant, variants } from '../../isa/table/variants.ts';
import { EXIT } from '../failure.ts';
import { assembleFiles } from '../files.ts';
import { print } from '../output.ts';

const guest = 'guests/flags.s';
const limit = 1_000_000;
const memory = 2 ** 20;

export async function demo(): Promise<number> {
  const path = fileURLToPath(new URL(`../../${guest}`, import.meta.url));
  const { elf } = await assembleFiles([path], [readFileSync(path)]);
  const write = (text: string) => print(`${text}\n`);
  write(`ringlab assembled ${guest} (${elf.length} bytes of ELF) and runs it on each variant of Ring32.`);
  let stopped = 0;
  for (const variant of variants) stopped += runOn(variant, elf, write) ? 1 : 0;
  write(`\nTo go on: npx ringlab run ${guest} --isa ring32-x`);
  write(`          npx ringlab trace ${guest} --only traps`);
  write('          npx ringlab --help');
  return stopped === variants.length ? EXIT.DONE : EXIT.CHECK_FAILED;
}

/** Runs the image on one variant and tells it; whether it came to its own end. */
function runOn(variant: Variant, elf: Uint8Array, write: (text: string) => void): boolean {
  const printed: number[] = [];
  const storage = storageFor('auto', memory);
  const machine = new Machine({
    variant,
    memory,
    storage,
    console: new Console((byte) => printed.push(byte)),
  });
  const image = readImage(elf);
  loadImage(image, machine.memory.bytes);
  machine.pc = image.entry;
  const stop = createEngine('auto', machine).run(limit);
  const untrapped = variant.unprivileged.size;
  write(
    `\n${variant.name}: ${untrapped === 0 ? 'all' : `all but ${untrapped}`} of the sensitive instructions trap outside ring 0`,
  );
  for (const line of Buffer.from(printed).toString().trimEnd().split('\n')) write(`  | ${line}`);
  write(
    `  ${machine.steps} steps, ${stop.kind === 'power' ? `powered off with status ${stop.status}` : `stopped by ${stop.kind}`}`,
  );
  return stop.kind === 'power';
}
