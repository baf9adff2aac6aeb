/**
 * The kernels that kernels/expected.txt lists. Each is one C file, from which
 * kernels/build.sh builds four images. The repeat count is given at run time.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { missing, usage } from './failure.ts';

/**
 * `process`: a Linux process. `ring32`, `virt`, `pc`: under a small kernel with paging on, for Ring32, for QEMU's
 * machine `virt`, and for a PC.
 */
export type Flavour = 'process' | 'ring32' | 'virt' | 'pc';

/** How the kernels are run: as a process, or on a whole machine with paging on. */
export const modes = ['process', 'system'] as const;
export type Mode = (typeof modes)[number];

export const sizes = ['short', 'quick', 'full'] as const;
export type Size = (typeof sizes)[number];

export interface Work {
  readonly repeat: number;
  /** The line that the kernel prints, without its end. */
  readonly prints: string;
}

export interface Kernel extends Readonly<Record<Size, Work>> {
  readonly name: string;
  readonly modes: readonly Mode[];
}

/** Kernels that need a whole machine. */
const systemOnly: readonly string[] = ['switches'];

/** The kernel that does nothing. It is not a benchmark; it measures the cost of start and end. */
export const startUp = 'nothing';

/** The path of a file or folder of the package. It is found from here and from the compiled file in dist/bench/. */
export function packagePath(path: string, what: string): string {
  for (const root of ['../', '../../']) {
    const place = new URL(root + path, import.meta.url);
    if (existsSync(place)) return fileURLToPath(place);
  }
  throw missing(`${what} (${path}) are not in this package`);
}

/** The folder of the kernels, with a slash at its end. */
export function kernelFolder(): string {
  const list = packagePath('bench/kernels/expected.txt', 'the benchmark kernels');
  return fileURLToPath(new URL('./', pathToFileURL(list)));
}

/** The file that Node runs as the command line. */
export function cliFile(): string {
  return packagePath('cli/bin.js', 'the command line');
}

/** The folder of the guests, with a slash at its end. */
export function guestFolder(): string {
  return packagePath('guests/', 'the guests');
}

/** The folder of the nanobenchmarks, with a slash at its end. */
export function nanoFolder(): string {
  return packagePath('bench/nano/', 'the nanobenchmarks');
}

export function kernelFile(name: string, flavour: Flavour): string {
  return `${kernelFolder()}${flavour}/${name}.elf`;
}

/** All kernels, `nothing` included, in the order of their names. */
function readCatalogue(): readonly Kernel[] {
  const text = readFileSync(`${kernelFolder()}expected.txt`, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(parseLine);
}

function parseLine(line: string): Kernel {
  const [name = '', ...works] = line.split('\t');
  const [short, quick, full] = works.map(parseWork);
  if (short === undefined || quick === undefined || full === undefined) {
    throw missing(`bench/kernels/expected.txt: cannot read "${line}"`);
  }
  return { name, short, quick, full, modes: systemOnly.includes(name) ? ['system'] : modes };
}

export function parseWork(text: string): Work {
  const [repeat, prints = ''] = text.split(' ');
  return { repeat: Number(repeat), prints };
}

/** The kernels to measure: all, or those with the given names. Throws BenchFailure for an unknown name. */
export function chooseKernels(names?: readonly string[]): readonly Kernel[] {
  const all = readCatalogue().filter(({ name }) => name !== startUp);
  if (names === undefined) return all;
  return names.map((name) => {
    const kernel = all.find((one) => one.name === name);
    if (kernel !== undefined) return kernel;
    throw usage(`--only ${name}: no such kernel; there are ${all.map((one) => one.name).join(', ')}`);
  });
}
