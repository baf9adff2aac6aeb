/**
 * What `npm start` shows, on one screen, in three acts. An operating system runs under a monitor as on
 * the bare machine. It does not when some sensitive instructions do not trap. It does again when the
 * monitor translates it.
 */
import { fileURLToPath } from 'node:url';
import { Option } from 'commander';
import { variants } from '../../isa/table/variants.ts';
import type { Comparison } from '../../vmm/monitor/compare.ts';
import { createCommand, exitWith } from '../command.ts';
import { EXIT } from '../failure.ts';
import { formatList } from '../help/text.ts';
import { prepareGuest } from '../guest.ts';
import type { GuestVerbOptions } from '../options.ts';
import { print } from '../output.ts';
import { packageText } from '../projects/package-files.ts';
import { compareWith, formatComparison } from './compare.ts';

const guest = 'guests/kernel/kernel.s';
const monitor = 'trap-and-emulate';
const translating = 'binary-translation';

const next = [
  {
    term: 'npx ringlab lab --open',
    text: 'see the same in a page, step by step, both machines beside each other',
  },
  { term: 'npx ringlab lesson', text: 'predict what happens, and see: lessons, here in the terminal' },
  { term: 'npx ringlab new guest mine', text: 'write a program for the machine' },
] as const;

/** Lines of the kernel's output that are shown at its beginning and its end. */
const shown = { first: 4, last: 2 } as const;

export const command = createCommand(
  'demo',
  'Show in three acts when a monitor is right, and when it cannot be',
)
  .addOption(new Option('--begun', 'Leave out the introduction: npm start has printed it').hideHelp())
  .action(exitWith(demo));

async function demo({ begun }: { readonly begun?: boolean }): Promise<number> {
  if (!begun) say(packageText('cli/welcome.txt'));
  const path = fileURLToPath(new URL(`../../${guest}`, import.meta.url));
  const options: GuestVerbOptions = { isa: 'ring32-v', monitor: 'none', env: [], engine: 'auto' };
  say(`A small operating system, ${guest}, on the bare machine:\n`);
  for (const { name } of variants) await runBare(path, { ...options, isa: name });
  say(`\nUnder a monitor, in ring 1 instead of ring 0 (${monitor}):\n`);
  const sound = await compareWith(path, monitor, options);
  say(formatComparison(guest, monitor, 'ring32-v', sound));
  say('\nUnder the same monitor, on a variant where not all sensitive instructions trap:\n');
  const broken = await compareWith(path, monitor, { ...options, isa: 'ring32-x' });
  say(formatComparison(guest, monitor, 'ring32-x', broken));
  say(`\nOn the same variant, translated instead of trapped (${translating}):\n`);
  const mended = await compareWith(path, translating, { ...options, isa: 'ring32-x' });
  say(formatComparison(guest, translating, 'ring32-x', mended));
  say(formatList({ heading: '\nThree things to do next:', items: next }, (heading) => heading));
  return isAsPromised(sound, broken, mended) ? EXIT.DONE : EXIT.CHECK_FAILED;
}

/** Theorem 1 on one guest: equal when all sensitive instructions are privileged, different when not all are, equal when translated. */
function isAsPromised(sound: Comparison, broken: Comparison, mended: Comparison): boolean {
  return sound.equal && !broken.equal && mended.equal;
}

/** Runs the guest on the bare machine; shows its output the first time. */
async function runBare(path: string, options: GuestVerbOptions): Promise<void> {
  const printed: number[] = [];
  const { machine, run } = await prepareGuest(path, [], options, { collect: printed });
  const stop = run(Number.POSITIVE_INFINITY);
  if (options.isa === variants[0]?.name) showOutput(Buffer.from(printed).toString().trimEnd().split('\n'));
  const end = stop.kind === 'power' ? `powered off with status ${stop.status}` : `stopped by ${stop.kind}`;
  say(`${options.isa}: ${machine.steps} steps, ${printed.length} bytes printed, ${end}`);
}

function showOutput(lines: readonly string[]): void {
  const { first, last } = shown;
  for (const line of lines.slice(0, first)) say(`  | ${line}`);
  if (lines.length > first + last) say(`  | … ${lines.length - first - last} more lines …`);
  for (const line of lines.slice(Math.max(first, lines.length - last))) say(`  | ${line}`);
}

function say(line: string): void {
  print(`${line}\n`);
}
