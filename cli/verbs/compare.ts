/** `ringlab compare FILE --with M[,M…]`: the guest on the bare machine and under each monitor, in lockstep. */
import { Option } from 'commander';
import {
  comparing,
  type Comparison,
  type Divergence,
  type Manner,
  type Side,
} from '../../vmm/monitor/compare.ts';
import { stackNamed } from '../../vmm/monitor/stack.ts';
import { strategies } from '../../vmm/monitor/strategies.ts';
import { printable } from '../../isa/machine/printable.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import { colourOption, type ColourOptions, styled, wantsColour } from '../colour.ts';
import { createCommand, exitWith } from '../command.ts';
import { EXIT, usage } from '../failure.ts';
import { prepareGuest } from '../guest.ts';
import {
  addGuestOptions,
  ARGUMENT,
  type GuestVerbOptions,
  JSON_OPTION,
  PROCESS_OPTIONS,
  refuseOptions,
} from '../options.ts';
import { print, printRaw } from '../output.ts';
import { finishShown } from '../progress.ts';

interface CompareOptions extends GuestVerbOptions, ColourOptions {
  readonly with: string;
  readonly json?: boolean;
}

/** The steps that are compared of a guest that does not end. */
const defaultLimit = 10_000_000;

function withOption(): Option {
  const option = new Option(
    '--with <monitors>',
    'Compare with these monitors, separated by commas; a/b is b on a',
  );
  option.argChoices = strategies.map(({ name }) => name);
  return option.makeOptionMandatory();
}

export const command = addGuestOptions(
  createCommand('compare', 'Run a guest bare and under monitors, in lockstep; print the first difference'),
)
  .argument('<file>', ARGUMENT.PROGRAM)
  .addOption(withOption())
  .option(...JSON_OPTION)
  .addOption(colourOption())
  .action(exitWith(compare));

refuseOptions(command, PROCESS_OPTIONS, 'a process has no monitor to compare with');
refuseOptions(command, ['--monitor'], 'name the monitors to compare with by --with instead');

async function compare(file: string, options: CompareOptions): Promise<number> {
  const monitors = options.with.split(',').filter((name) => name !== 'bare' && name !== 'none');
  if (monitors.length === 0) throw usage('--with names no monitor; try --with trap-and-emulate');
  for (const monitor of monitors) checkMonitor(monitor);
  const limit = options.maxSteps ?? defaultLimit;
  let equal = true;
  const results: (Omit<Comparison, 'divergence'> & { readonly divergence: object | null })[] = [];
  for (const monitor of monitors) {
    const comparison = await compareWith(file, monitor, options);
    equal &&= comparison.equal;
    const { divergence, ...rest } = comparison;
    results.push({ ...rest, divergence: divergence ? { ...divergence, monitor } : null });
    if (!options.json)
      printRaw(
        colourVerdict(
          `${printable(formatComparison(file, monitor, options.isa, comparison, limit))}\n`,
          wantsColour(options.color),
        ),
      );
  }
  if (options.json) {
    const first = results.find((result) => !result.equal) ?? results[0];
    print(`${JSON.stringify({ format: 'ringlab-compare', version: 1, ...first, equal, results })}\n`);
  }
  return equal ? EXIT.DONE : EXIT.CHECK_FAILED;
}

/** Throws a usage Failure if no monitor and no stack of monitors has that name. */
function checkMonitor(monitor: string): void {
  try {
    stackNamed(monitor);
  } catch (error) {
    throw error instanceof RangeError ? usage(`--with: ${error.message}`) : error;
  }
}

/** One comparison: in small strides first; when that finds no difference, in large ones. */
export async function compareWith(
  file: string,
  monitor: string,
  options: GuestVerbOptions,
): Promise<Comparison> {
  const closely = await compareOnce(file, monitor, options, 'closely');
  return closely.equal ? compareOnce(file, monitor, options, 'at large') : closely;
}

async function compareOnce(
  file: string,
  monitor: string,
  options: GuestVerbOptions,
  manner: Manner,
): Promise<Comparison> {
  const [bare, virtual] = [await sides(file, 'none', options), await sides(file, monitor, options)];
  const limit = options.maxSteps ?? defaultLimit;
  return finishShown(
    comparing(
      () => bare.shift() as Side,
      () => virtual.shift() as Side,
      limit,
      manner,
    ),
    (steps) => `${monitor}: equal at ${steps} steps …`,
  );
}
/** The guest twice, because the search may have to begin again once. */
async function sides(file: string, monitor: string, options: GuestVerbOptions): Promise<Side[]> {
  const make = async (): Promise<Side> => {
    const printed: number[] = [];
    const guest = await prepareGuest(file, [], { ...options, monitor }, { collect: printed });
    return { machine: guest.machine, printed, run: (until) => guest.run(until) as Stop };
  };
  return [await make(), await make()];
}

/** The result in a few lines of at most 80 columns. */
/** A comparison's text, its verdict green or red. */
function colourVerdict(text: string, wanted: boolean): string {
  return text.replace(/^ {2}(?:equal|DIVERGES)\b/gm, (verdict) =>
    styled(verdict.endsWith('equal') ? 'green' : 'red', verdict, wanted),
  );
}

export function formatComparison(
  file: string,
  monitor: string,
  isa: string,
  { equal, steps, divergence }: Comparison,
  limit = defaultLimit,
): string {
  const head = `${file} on ${isa}, bare and under ${monitor}:`;
  if (equal || divergence === undefined)
    return steps < limit
      ? `${head}\n  equal at all ${steps} steps`
      : `${head}\n  equal at the first ${steps} steps, and no more were compared (--max-steps)`;
  return [
    head,
    `  DIVERGES after ${steps} equal steps`,
    ...formatDivergence(divergence),
    ...advice(monitor, divergence),
  ].join('\n');
}

/** Advice, where there is some: under translation, user code that reads sensitive state runs directly. */
function advice(monitor: string, { reason }: Divergence): string[] {
  const translates = monitor.split('/').every((name) => name === 'binary-translation');
  const isLook = translates && reason.includes('critical instruction');
  return isLook ? ['  User code runs directly; with --translate-user it is translated as well.'] : [];
}

function formatDivergence({ pc, instruction, reason, differences }: Divergence): string[] {
  const rows = differences
    .slice(0, 8)
    .map(({ what, left, right }) => `    ${what.padEnd(18)}${left.padEnd(24)}${right}`);
  const more = differences.length > 8 ? [`    … and ${differences.length - 8} more`] : [];
  return [
    `  at pc 0x${pc.toString(16).padStart(8, '0')}: ${instruction}`,
    ...wrap(reason, 76).map((line) => `  ${line}`),
    `    ${''.padEnd(18)}${'bare'.padEnd(24)}monitor`,
    ...rows,
    ...more,
  ];
}

function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) as string;
    if (line.length + word.length + 1 > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
