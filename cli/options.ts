/** The options of every verb that runs a guest, read once and checked. */
import { posix } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type EngineName, engineNames } from '../isa/engines/engine.ts';
import { strategies } from '../vmm/monitor/strategies.ts';
import { environments } from '../vmm/process/environments/environments.ts';
import type { FolderWish } from './host-files.ts';
import { MEMORY, PAGE } from '../isa/machine/storage.ts';

export interface GuestOptions {
  readonly isa: string;
  readonly monitor: string;
  readonly translateUser?: boolean;
  readonly process?: boolean;
  readonly environment?: string;
  readonly memory?: number;
  readonly disk?: string;
  readonly input?: string;
  readonly env: readonly string[];
  readonly dir?: readonly FolderWish[];
  readonly maxSteps?: number;
  readonly engine: EngineName;
}

/** Monitors by name; `none` is the bare machine. */
const monitorNames = ['none', ...strategies.map(({ name }) => name)];

/** A number of bytes: digits, with K, M or G behind. */
export function parseMemory(text: string): number {
  const match = /^(\d+)([KMG]?)$/i.exec(text);
  const unit = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[(match?.[2] ?? '').toUpperCase()] ?? 1;
  const bytes = Number(match?.[1]) * unit;
  if (!(bytes >= MEMORY.min && bytes <= MEMORY.max && bytes % PAGE === 0)) {
    throw new InvalidArgumentError('expected whole pages of 4K, from 4K to 1G, like 16M');
  }
  return bytes;
}

/** A whole number that is not negative: decimal, with underscores if liked, or 0x…. */
export function parseCount(text: string): number {
  const plain = text.replaceAll('_', '');
  const value = /^(\d+|0x[\da-f]+)$/i.test(plain) ? Number(plain) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('expected a whole number');
  return value;
}

/** MiB a second: the most, or LEAST:MOST. */
export function parseRate(text: string): { readonly least: number; readonly most: number } {
  const match = /^(?:(?<least>\d+):)?(?<most>\d+)$/.exec(text);
  const most = Number(match?.groups?.most);
  const least = Number(match?.groups?.least ?? most);
  if (!(least >= 1 && most >= least))
    throw new InvalidArgumentError('expected MiB a second, like 50 or 10:50');
  return { least, most };
}

/** A step, or with + before it, so many steps further on. */
export function parseStep(text: string): { readonly steps: number; readonly relative: boolean } {
  const relative = text.startsWith('+');
  return { steps: parseCount(relative ? text.slice(1) : text), relative };
}

/** Collects the values of an option that may be given several times. */
export function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

function parseVariable(text: string, before: readonly string[]): readonly string[] {
  if (!/^[^=]+=/.test(text)) throw new InvalidArgumentError('expected NAME=VALUE');
  return collect(text, before);
}

/**
 * A folder for the process: HOST, HOST:GUEST, either with :ro behind it. Without GUEST, it is where HOST is, seen
 * from the process's working folder, which is `/`.
 */
function parseFolder(text: string, before: readonly FolderWish[] = []): readonly FolderWish[] {
  const isReadOnly = text.endsWith(':ro');
  const place = isReadOnly ? text.slice(0, -':ro'.length) : text;
  const colon = place.lastIndexOf(':');
  const host = colon < 0 ? place : place.slice(0, colon);
  const guest = posix.resolve('/', colon < 0 ? host : place.slice(colon + 1));
  if (host === '' || place.endsWith(':')) throw new InvalidArgumentError('expected HOST[:GUEST][:ro]');
  if (before.some((other) => other.guest === guest))
    throw new InvalidArgumentError(
      `there is a folder at ${guest} already; give it another place with :GUEST`,
    );
  return [...before, { host, guest, writable: !isReadOnly }];
}

const monitorOption = () =>
  new Option('--monitor <name>', 'how the guest is run; none is the bare machine')
    .choices(monitorNames)
    .default('none');
const engineOption = () =>
  new Option('--engine <name>', 'execution engine').choices(engineNames).default('auto');

/** Adds the options that say how a guest is run, not what it is. */
export function addRunOptions(command: Command): Command {
  return command
    .addOption(monitorOption())
    .option('--input <file>', 'console input, from a file')
    .option('--max-steps <n>', 'stop at this step', parseCount)
    .addOption(engineOption());
}

/** Adds the options to a verb. */
export function addGuestOptions(command: Command): Command {
  return command
    .option('--isa <variant>', 'ring32-v, ring32-x, ring32-h, or a .json file of your own', 'ring32-v')
    .addOption(monitorOption())
    .option('--translate-user', 'binary translation of user code, too')
    .option('--process', 'run as a process: Linux system calls instead of a machine')
    .addOption(
      new Option('--environment <name>', "whose calls a process makes: Linux's, or a simulator's")
        .choices(environments.map(({ name }) => name))
        .default('linux')
        .implies({ process: true }),
    )
    .option('--memory <size>', 'physical memory, like 16M (default: 16M, a process 64M)', parseMemory)
    .option('--disk <file>', 'the disk, in a file')
    .option('--input <file>', 'console or standard input, from a file')
    .addOption(
      new Option('--env <name=value>', "a variable in the process's environment; again for more")
        .argParser(parseVariable)
        .default([], 'none'),
    )
    .addOption(
      new Option(
        '--dir <host[:guest][:ro]>',
        'let the process use this folder (its run then depends on it); again for more',
      ).argParser(parseFolder),
    )
    .option('--max-steps <n>', 'stop after this many steps', parseCount)
    .addOption(engineOption());
}
