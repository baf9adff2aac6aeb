/** Who runs the programs: our command, qemu-riscv32, the host itself, and Node with what Clang makes of the same C. */
import { join } from 'node:path';
import { cliFile, kernelFile, startUp } from './catalogue.ts';
import { findVersion, moduleFile } from './contenders.ts';
import { wrongResult } from './failure.ts';
import { programFile, programFolder } from './programs-catalogue.ts';
import { runProgram } from './spawn.ts';

export type ProgramRunner = 'native' | 'webassembly' | 'qemu-riscv32' | 'fast';

export interface ProgramContender {
  readonly name: ProgramRunner;
  /** Runs a program; returns the seconds of the whole command. Throws BenchFailure when it prints something else. */
  readonly run: (program: string, rounds: number, prints: string) => Promise<number>;
}

export interface ProgramField {
  readonly contenders: readonly ProgramContender[];
  /** Those that cannot be measured here, and why. */
  readonly absent: readonly { readonly name: ProgramRunner; readonly reason: string }[];
  /** The versions of the tools, as they print them. */
  readonly versions: Readonly<Partial<Record<ProgramRunner, string>>>;
}

type Found = { readonly version: string } | { readonly reason: string };
type CommandLine = readonly [command: string, ...args: string[]];

interface Candidate {
  readonly name: ProgramRunner;
  readonly find: () => Promise<Found>;
  readonly line: (program: string, rounds: string) => CommandLine;
}

/** Finds the tools, and builds in `folder` what has to be built. */
export async function openProgramField(folder: string): Promise<ProgramField> {
  const contenders: ProgramContender[] = [];
  const absent: { name: ProgramRunner; reason: string }[] = [];
  const versions: Partial<Record<ProgramRunner, string>> = {};
  for (const { name, find, line } of candidates(folder)) {
    const found = await find();
    if ('reason' in found) {
      absent.push({ name, reason: found.reason });
      continue;
    }
    if (found.version !== '') versions[name] = found.version;
    const run = (program: string, rounds: number, prints: string) =>
      time(name, program, line(program, String(rounds)), prints);
    contenders.push({ name, run });
  }
  return { contenders, absent, versions };
}

function candidates(folder: string): readonly Candidate[] {
  return [
    {
      name: 'native',
      find: () => build('gcc', 'native', join(folder, 'native')),
      line: (program, rounds) => [join(folder, 'native', program), rounds],
    },
    {
      name: 'webassembly',
      find: () => build('clang', 'wasm', join(folder, 'wasm')),
      line: (program, rounds) => [
        process.execPath,
        moduleFile('webassembly'),
        join(folder, 'wasm', `${program}.wasm`),
        rounds,
      ],
    },
    {
      name: 'qemu-riscv32',
      find: () => findVersion('qemu-riscv32'),
      line: (program, rounds) => ['qemu-riscv32', programFile(program), rounds],
    },
    {
      name: 'fast',
      find: async () => ({ version: '' }),
      line: (program, rounds) => ours(programFile(program), rounds),
    },
  ];
}

/** Our command: the engine that `run` chooses by itself is the fast one. */
function ours(file: string, argument: string): CommandLine {
  return [process.execPath, cliFile(), 'run', '--process', file, argument];
}

/** The seconds of our command for a process that ends at once, and those of Node for an empty program. */
export async function timeStart(): Promise<{ readonly ours: number; readonly node: number }> {
  const command = await time('fast', startUp, ours(kernelFile(startUp, 'process'), '1'), '00000000');
  const node = await time('fast', 'an empty program', [process.execPath, '-e', '0'], '');
  return { ours: command, node };
}

async function time(
  name: ProgramRunner,
  program: string,
  line: CommandLine,
  prints: string,
): Promise<number> {
  const [command, ...args] = line;
  const ended = await runProgram(command, args);
  if (ended?.status !== 0)
    throw wrongResult(`${name} did not run ${program} to its end: ${ended?.errors.trim() ?? 'it is gone'}`);
  const printed = ended.output.trim();
  if (printed !== prints) throw wrongResult(`${program} on ${name} printed "${printed}", not "${prints}"`);
  return ended.seconds;
}

/** Builds all programs by `compiler`, as programs/build.sh does `what`. */
async function build(compiler: string, what: 'native' | 'wasm', folder: string): Promise<Found> {
  const found = await findVersion(compiler);
  if ('reason' in found) return { reason: `no ${compiler} to build it with` };
  const built = await runProgram('sh', [join(programFolder(), 'build.sh'), what, folder]);
  if (built?.status === 0) return found;
  const first = built?.errors.trim().split('\n')[0] ?? '';
  return { reason: `${compiler} does not build the programs here: ${first.slice(0, 120)}` };
}
