/** `ringlab asm FILE.s… [-o OUT] [--listing]`: assembles and links to an ELF file. */
import { resolve } from 'node:path';
import { formatListing } from '../../assembler/index.ts';
import { createCommand, exitWith } from '../command.ts';
import { usage } from '../failure.ts';
import { assembleFiles, isElf, readInput, writeProgram } from '../files.ts';
import { defaulting, parseCount } from '../options.ts';
import { print } from '../output.ts';

interface AsmOptions {
  readonly output?: string;
  readonly listing?: boolean;
  readonly base?: number;
}

export const command = createCommand('asm', 'Assemble and link to an ELF file')
  .argument('<file.s...>', 'assembly text, GNU as syntax')
  .addOption(defaulting('-o, --output <file>', 'Write this ELF file', 'the first name with .elf'))
  .option('--listing', 'Print addresses, bytes and source; write no file unless -o is given')
  .addOption(defaulting('--base <address>', 'Place the first section at this address', '0x10000', parseCount))
  .action(exitWith(asm));

async function asm(files: readonly string[], options: AsmOptions): Promise<number> {
  const inputs = files.map(readInput);
  const binary = files.find((_, n) => isElf(inputs[n] as Uint8Array));
  if (binary !== undefined) throw usage(`${binary}: an ELF file already; asm takes assembly text`);
  const output = options.output ?? (options.listing ? undefined : outputName(files[0] as string));
  if (output !== undefined && files.some((file) => resolve(file) === resolve(output))) {
    throw usage(`-o ${output}: that is the source`);
  }
  const { elf, listing } = await assembleFiles(files, inputs, options.base);
  if (options.listing) print(formatListing(listing));
  if (output !== undefined) writeProgram(output, elf);
  return 0;
}

/** `hello.elf` for `hello.s`. */
function outputName(file: string): string {
  return `${file.replace(/\.[sS]$/, '')}.elf`;
}
