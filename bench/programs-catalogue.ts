/** The programs that programs/expected.txt lists. Each is one C file; programs/build.sh builds them. */
import { packagePath, parseWork, type Work } from './catalogue.ts';
import { missing, usage } from './failure.ts';
import { dirname } from 'node:path';
import { readFileSync } from 'node:fs';

/** How long a program runs under qemu-riscv32, about, in seconds. */
export const lengths = [0.1, 0.3, 1, 5] as const;
export type Length = (typeof lengths)[number];

export interface BenchProgram {
  readonly name: string;
  /** One round, for tests. */
  readonly tiny: Work;
  readonly works: Readonly<Record<Length, Work>>;
}

/** The folder of the programs, without a slash at its end. */
export function programFolder(): string {
  return dirname(packagePath('bench/programs/expected.txt', 'the benchmark programs'));
}

/** The program as a Linux process for RV32IM. */
export function programFile(name: string): string {
  return `${programFolder()}/elf/${name}.elf`;
}

function readPrograms(): readonly BenchProgram[] {
  const text = readFileSync(`${programFolder()}/expected.txt`, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(parseLine);
}

function parseLine(line: string): BenchProgram {
  const [name = '', ...works] = line.split('\t');
  const [tiny, tenth, third, second, five] = works.map(parseWork);
  if (!tiny || !tenth || !third || !second || !five)
    throw missing(`bench/programs/expected.txt: cannot read "${line}"`);
  return { name, tiny, works: { 0.1: tenth, 0.3: third, 1: second, 5: five } };
}

/** The programs to measure: all, or those named. Throws BenchFailure for an unknown name. */
export function choosePrograms(names?: readonly string[]): readonly BenchProgram[] {
  const all = readPrograms();
  if (names === undefined) return all;
  return names.map((name) => {
    const program = all.find((one) => one.name === name);
    if (program !== undefined) return program;
    throw usage(`--only ${name}: no such program; there are ${all.map((one) => one.name).join(', ')}`);
  });
}
