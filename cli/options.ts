/** The options that several verbs share, and how the values of options are read and checked. */
import { posix } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type EngineName, engineNames } from '../isa/engines/engine.ts';
import { stackNamed } from '../vmm/monitor/stack.ts';
import { strategies } from '../vmm/monitor/strategies.ts';
import { environments } from '../vmm/process/environments/environments.ts';
import type { FolderWish } from './host-files.ts';
import { MEMORY, PAGE } from '../isa/machine/storage.ts';
import { variants } from '../isa/table/variants.ts';
import { usage } from './failure.ts';

/** The options of every verb that runs a guest, as `addGuestOptions` adds them. */
export interface GuestVerbOptions {
  readonly isa: string;
  readonly monitor: string;
  readonly translateUser?: boolean;
  readonly paravirtual?: boolean;
  readonly process?: boolean;
  readonly environment?: string;
  readonly memory?: number;
  readonly guest?: readonly string[];
  readonly disk?: string;
  /** Files and KEY=VALUE. */
  readonly context?: readonly string[];
  readonly input?: string;
  readonly env: readonly string[];
  readonly dir?: readonly FolderWish[];
  readonly maxSteps?: number;
  readonly engine: EngineName;
}

/** Monitors by name; `none` is the bare machine. */
const monitorNames = ['none', ...strategies.map(({ name }) => name)];

/** A monitor, or a stack of them. */
function parseMonitor(text: string): string {
  if (text === 'none') return text;
  try {
    stackNamed(text);
    return text;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InvalidArgumentError(
      text.includes('/')
        ? error.message
        : `Allowed choices are ${monitorNames.join(', ')}, and stacks like hybrid/hybrid`,
    );
  }
}

/** A number of bytes: digits, which K, M or G may follow. */
export function parseMemory(text: string): number {
  const match = /^(\d+)([KMG]?)$/i.exec(text);
  const unit = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[(match?.[2] ?? '').toUpperCase()] ?? 1;
  const bytes = Number(match?.[1]) * unit;
  if (!(bytes >= MEMORY.min && bytes <= MEMORY.max && bytes % PAGE === 0)) {
    throw new InvalidArgumentError('expected whole pages of 4K, from 4K to 1G, like 16M');
  }
  return bytes;
}

/** Milliseconds: digits, and s, m, h or d. */
export function parseDuration(text: string): number {
  const [, digits, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const seconds = { s: 1, m: 60, h: 3600, d: 86_400 }[unit];
  if (seconds === undefined) throw new InvalidArgumentError('expected a time like 90m, 2h or 7d');
  return Number(digits) * seconds * 1000;
}

/** A whole number, not negative: decimal, which may have underscores, or 0x…. */
export function parseCount(text: string): number {
  const plain = text.replaceAll('_', '');
  const value = /^(\d+|0x[\da-f]+)$/i.test(plain) ? Number(plain) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError('expected a whole number');
  return value;
}

/** MiB per second: the most, or LEAST:MOST. */
export function parseRate(text: string): { readonly least: number; readonly most: number } {
  const match = /^(?:(?<least>\d+):)?(?<most>\d+)$/.exec(text);
  const most = Number(match?.groups?.most);
  const least = Number(match?.groups?.least ?? most);
  if (!(least >= 1 && most >= least))
    throw new InvalidArgumentError('expected MiB a second, like 50 or 10:50');
  return { least, most };
}

/** A step; with + before it, a number of steps from the present one. */
export function parseStep(text: string): { readonly steps: number; readonly relative: boolean } {
  const relative = text.startsWith('+');
  return { steps: parseCount(relative ? text.slice(1) : text), relative };
}

/** Collects the values of an option that may be given several times. */
export function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

/** As `collect`, for an option without a default. */
export function collectFrom(text: string, before: readonly string[] = []): readonly string[] {
  return collect(text, before);
}

function parseVariable(text: string, before: readonly string[]): readonly string[] {
  if (!/^[^=]+=/.test(text)) throw new InvalidArgumentError('expected NAME=VALUE');
  return collect(text, before);
}

/**
 * A folder for the process: HOST or HOST:GUEST; `:ro` may follow. Without GUEST the process finds it at the path HOST,
 * relative to its working folder, which is `/`.
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

/** Argument descriptions that several verbs share. */
export const ARGUMENT = {
  PROGRAM: 'an ELF file, or assembly text',
  PROCESS: "the process's arguments: words that are not options of ringlab, and all words after --",
} as const;

/** `--json`, for a verb that prints a report. */
export const JSON_OPTION = ['--json', 'Print it as JSON'] as const;

/** An option whose default is no value of it: `usual` says in the help what happens without the option. */
export function defaulting(
  flags: string,
  does: string,
  usual: string,
  parse?: (text: string) => unknown,
): Option {
  const option = new Option(flags, does).default(undefined, usual);
  return parse === undefined ? option : option.argParser(parse);
}

/** Headings of shared options in the help; a verb's own options stand before them. */
const HEADING = {
  MACHINE: 'The machine:',
  MONITOR: 'The monitor:',
  PROCESS: 'A process:',
  RUN: 'The run:',
  NETWORK: 'The network:',
  SECRETS: 'Secrets:',
} as const;

/** `--isa`, for a verb that takes a variant of the instruction set. */
export function addVariantOption(command: Command): Command {
  const option = new Option('--isa <variant>', 'Choose the variant, or a .json file of your own');
  option.argChoices = variants.map(({ name }) => name);
  return command.addOption(option.default('ring32-v'));
}

const monitorOption = () => {
  const option = new Option(
    '--monitor <name>',
    'Run the guest under this monitor, or under a stack like hybrid/hybrid, the outermost first',
  ).argParser(parseMonitor);
  option.argChoices = [...monitorNames];
  return option.default('none');
};
const engineOption = () =>
  new Option('--engine <name>', 'Choose the execution engine').choices(engineNames).default('auto');

/** `--context`, for a verb that gives a machine its settings. */
export const contextOption = () =>
  new Option(
    '--context <settings>',
    'Give the machine settings that it can read: KEY=VALUE, or a file of such lines; may be repeated',
  ).argParser(collectFrom);

/** Adds the options of how to run a guest, without those that describe the guest. */
export function addRunOptions(command: Command): Command {
  return command
    .addOption(monitorOption())
    .option('--input <file>', 'Read console input from a file')
    .option('--max-steps <n>', 'Stop at this step', parseCount)
    .addOption(engineOption());
}

/** Adds the options of a verb that runs a guest. */
export function addGuestOptions(command: Command): Command {
  return addVariantOption(command.optionsGroup(HEADING.MACHINE))
    .addOption(defaulting('--memory <size>', 'Set the size of memory', '16M, a process 64M', parseMemory))
    .option('--disk <file>', 'Use this file as the disk')
    .addOption(contextOption())
    .option('--input <file>', 'Read console or standard input from a file')
    .option(
      '--guest <file>',
      'Give a monitor that is a guest, as minivisor is, this guest; a second one is the guest of the first',
      collectFrom,
    )
    .optionsGroup(HEADING.MONITOR)
    .addOption(monitorOption())
    .option('--translate-user', 'Translate user code, too, under binary translation')
    .option('--paravirtual', 'Answer calls to the monitor (vmcall), on the bare machine too')
    .optionsGroup(HEADING.PROCESS)
    .option('--process', 'Run the guest as a process: Linux system calls, no machine')
    .addOption(
      new Option('--environment <name>', 'Give the process the system calls of Linux or of a simulator')
        .choices(environments.map(({ name }) => name))
        .default('linux')
        .implies({ process: true }),
    )
    .addOption(
      new Option('--env <name=value>', 'Set an environment variable of the process; may be repeated')
        .argParser(parseVariable)
        .default([]),
    )
    .addOption(
      new Option(
        '--dir <host[:guest][:ro]>',
        'Let the process use this folder; may be repeated. Its run then depends on the folder',
      ).argParser(parseFolder),
    )
    .optionsGroup(HEADING.RUN)
    .option('--max-steps <n>', 'Stop after this many steps', parseCount)
    .addOption(engineOption())
    .optionsGroup('');
}

/** Options that make the guest a process, for `refuseOptions`. */
export const PROCESS_OPTIONS = ['--process', '--environment', '--env', '--dir'] as const;

/**
 * Takes options away from a verb that shares the others with more verbs: its help does not list them, and whoever gives
 * one reads why it is not taken. `reason` follows the option's name and a colon.
 */
export function refuseOptions<C extends Command>(command: C, names: readonly string[], reason: string): C {
  const refused = command.options.filter(({ long }) => names.includes(long ?? ''));
  for (const option of refused) option.hideHelp();
  command.hook('preAction', () => {
    const given = refused.find((option) => command.getOptionValueSource(option.attributeName()) === 'cli');
    if (given !== undefined) throw usage(`${given.long}: ${reason}`);
  });
  return command;
}

/** Adds the secrets that hosts and switches share. */
export function addSecretOptions(command: Command): Command {
  return command
    .optionsGroup(HEADING.SECRETS)
    .addOption(
      defaulting('--key <file>', 'Use this key, which all hosts share', 'your own, on this machine only'),
    )
    .option('--tls-cert <file>', 'Encrypt with this certificate, PEM, which all hosts share')
    .option('--tls-key <file>', 'Use this private key of the certificate, PEM')
    .optionsGroup('');
}

/** Adds the options that plug a guest into a switch, including the secrets. */
export function addPlugOptions(command: Command): Command {
  return addSecretOptions(
    command
      .optionsGroup(HEADING.NETWORK)
      .option('--network <host:port>', 'Plug the guest into the switch at this address (ringlab switch)')
      .addOption(
        defaulting('--address <address>', "Set the guest's network address", 'the switch chooses one'),
      ),
  );
}
