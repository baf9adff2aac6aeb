/**
 * The contenders: ringlab's engines, and the other emulators ("peers") that are installed.
 *
 * The time of a peer is the time of its process, from start to end. The time of the kernel that
 * does nothing is subtracted later (measure.ts). Ringlab's engines run in run-kernel.ts, in a new
 * Node process each time.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernelFile, kernelFolder, type Mode } from './catalogue.ts';
import { wrongResult } from './failure.ts';
import type { KernelRequest, KernelResult } from './run-kernel.ts';
import { type Ended, runProgram } from './spawn.ts';

export type ContenderName =
  | 'native'
  | 'qemu-riscv32'
  | 'qemu-system-riscv32'
  | 'v86'
  | 'fast'
  | 'interpreter';

export interface Contender {
  readonly name: ContenderName;
  readonly mode: Mode;
  /** Whether to measure the start-up and subtract it. */
  readonly peer: boolean;
  /** Runs a kernel. `limit` is a number of steps; peers ignore it. */
  readonly run: (kernel: string, repeat: number, limit?: number) => Promise<KernelResult>;
}

/** A peer that cannot be measured here, and why. */
export interface Absent {
  readonly name: ContenderName;
  readonly reason: string;
}

export interface Field {
  readonly contenders: readonly Contender[];
  readonly absent: readonly Absent[];
  /** The versions of the peers, as they print them. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Finds the peers, and builds the native programs in `folder`. */
export async function openField(folder: string): Promise<Field> {
  const contenders: Contender[] = [];
  const absent: Absent[] = [];
  const versions: Record<string, string> = {};
  for (const peer of peers(folder)) {
    const found = await peer.find();
    if ('reason' in found) absent.push({ name: peer.contender.name, reason: found.reason });
    else {
      contenders.push(peer.contender);
      versions[peer.contender.name] = found.version;
    }
  }
  for (const mode of ['process', 'system'] as const)
    contenders.push(ours('fast', mode), ours('interpreter', mode));
  return { contenders, absent, versions };
}

interface Peer {
  readonly contender: Contender;
  readonly find: () => Promise<{ readonly version: string } | { readonly reason: string }>;
}

function peers(folder: string): readonly Peer[] {
  const machine = '-machine virt -m 128M -bios none -nographic'.split(' ');
  const system = (kernel: string, repeat: number) =>
    machine.concat(
      ['-kernel', kernelFile(kernel, 'virt')],
      ['-device', `loader,addr=0x80fff000,data=${repeat},data-len=4`],
    );
  return [
    {
      contender: peer('native', 'process', (kernel, repeat) => [join(folder, kernel), [String(repeat)]]),
      find: () => buildNative(folder),
    },
    {
      contender: peer('qemu-riscv32', 'process', (kernel, repeat) => [
        'qemu-riscv32',
        [kernelFile(kernel, 'process'), String(repeat)],
      ]),
      find: () => findVersion('qemu-riscv32'),
    },
    {
      contender: peer('qemu-system-riscv32', 'system', (kernel, repeat) => [
        'qemu-system-riscv32',
        system(kernel, repeat),
      ]),
      find: () => findVersion('qemu-system-riscv32'),
    },
    {
      contender: peer('v86', 'system', (kernel, repeat) => [
        process.execPath,
        [moduleFile('v86'), kernelFile(kernel, 'pc'), String(repeat)],
      ]),
      find: () => findVersion(process.execPath, moduleFile('v86')),
    },
  ];
}

type CommandLine = readonly [command: string, args: readonly string[]];

function peer(
  name: ContenderName,
  mode: Mode,
  line: (kernel: string, repeat: number) => CommandLine,
): Contender {
  const run = async (kernel: string, repeat: number): Promise<KernelResult> => {
    const { seconds, output } = check(name, kernel, await runProgram(...line(kernel, repeat)));
    return { seconds, steps: 0, prints: output.trim(), statistics: undefined };
  };
  return { name, mode, peer: true, run };
}

function ours(engine: 'fast' | 'interpreter', mode: Mode): Contender {
  const child = moduleFile('child');
  const run = async (kernel: string, repeat: number, limit?: number): Promise<KernelResult> => {
    const request: KernelRequest = {
      kernel,
      mode,
      engine,
      repeat,
      ...(limit === undefined ? {} : { limit }),
    };
    const ended = await runProgram(process.execPath, [child, JSON.stringify(request)]);
    return JSON.parse(check(engine, kernel, ended).output) as KernelResult;
  };
  return { name: engine, mode, peer: false, run };
}

/** The path of a module in this folder that is a program. */
export function moduleFile(name: string): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`./${name}.${extension}`, import.meta.url));
}

function check(name: ContenderName, kernel: string, ended: Ended | undefined): Ended {
  if (ended?.status === 0) return ended;
  throw wrongResult(`${name} did not run ${kernel} to its end: ${ended?.errors.trim() ?? 'it is gone'}`);
}

/** What a command answers to `--version`. */
export async function findVersion(command: string, ...args: readonly string[]) {
  const ended = await runProgram(command, [...args, '--version']);
  if (ended?.status !== 0)
    return { reason: ['not installed', ended?.errors.trim()].filter(Boolean).join(': ') };
  return { version: ended.output.split('\n')[0] ?? '' };
}

async function buildNative(folder: string) {
  const found = await findVersion('gcc');
  if ('reason' in found) return { reason: 'no gcc to build it with' };
  const built = await runProgram('sh', [join(kernelFolder(), 'build.sh'), 'native', folder]);
  return built?.status === 0 ? found : { reason: 'the kernels do not build here (they know x86-64 Linux)' };
}
