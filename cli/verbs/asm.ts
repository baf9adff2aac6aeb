/** `ringlab asm FILE.s… [-o OUT] [--listing]`: assembles and links to an ELF file. */
import { formatDiagnostic, formatListing } from '../../assembler/index.ts';
import { usage } from '../failure.ts';
import { assembleFiles, isElf, readInput, writeOutput } from '../files.ts';

export interface AsmOptions {
  readonly output?: string;
  readonly listing?: boolean;
  readonly base?: number;
}

export async function asm(files: readonly string[], options: AsmOptions): Promise<number> {
  const inputs = files.map(readInput);
  const binary = files.find((_, n) => isElf(inputs[n] as Uint8Array));
  if (binary !== undefined) throw usage(`${binary}: an ELF file already; asm takes assembly text`);
  const { elf, listing, warnings } = await assembleFiles(files, inputs, options.base);
  for (const warning of warnings) process.stderr.write(`${formatDiagnostic(warning)}\n`);
  if (options.listing) process.stdout.write(formatListing(listing));
  const output = options.output ?? (options.listing ? undefined : outputName(files[0] as string));
  if (output !== undefined) writeOutput(output, elf);
  return 0;
}

/** `hello.elf` for `hello.s`. */
function outputName(file: string): string {
  return `${file.replace(/\.[sS]$/, '')}.elf`;
}
