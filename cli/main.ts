/**
 * The command line: the list of verbs. Each verb's file in verbs/ declares its arguments and options and does what the
 * verb does. Only the verb that is called is loaded. Exit statuses: failure.ts.
 */
import { type Command, CommanderError } from 'commander';
import { createGroup } from './command.ts';
import { EXIT, tell } from './failure.ts';

declare const RINGLAB_VERSION: string;

/** In the order in which the help lists them. */
const verbs: ReadonlyMap<string, () => Promise<{ readonly command: Command }>> = new Map([
  ['asm', () => import('./verbs/asm.ts')],
  ['disasm', () => import('./verbs/disasm.ts')],
  ['run', () => import('./verbs/run.ts')],
  ['trace', () => import('./verbs/trace.ts')],
  ['translate', () => import('./verbs/translate.ts')],
  ['network', () => import('./verbs/network.ts')],
  ['record', () => import('./verbs/record.ts')],
  ['replay', () => import('./verbs/replay.ts')],
  ['debug', () => import('./verbs/debug.ts')],
  ['host', () => import('./verbs/host.ts')],
  ['console', () => import('./verbs/console.ts')],
  ['migrate', () => import('./verbs/migrate.ts')],
  ['switch', () => import('./verbs/switch.ts')],
  ['bench', () => import('./verbs/bench.ts')],
  ['classify', () => import('./verbs/classify.ts')],
  ['compare', () => import('./verbs/compare.ts')],
  ['snapshot', () => import('./verbs/snapshot.ts')],
  ['grade', () => import('./verbs/grade.ts')],
  ['lab', () => import('./verbs/lab.ts')],
]);

/** Shown by `npm start`; the help does not list it. */
const hiddenVerbs: typeof verbs = new Map([['demo', () => import('./verbs/demo.ts')]]);

/**
 * Runs the command line of this process. Rejects with a CommanderError if it is wrong, and with the error that a verb
 * throws.
 */
async function main(): Promise<void> {
  const program = createGroup(
    'ringlab',
    'A virtualization laboratory: see, run, break and prove how a virtual machine monitor works.',
  )
    .version(RINGLAB_VERSION, '-V, --version', 'Print the version')
    .enablePositionalOptions();
  const name = process.argv[2] ?? '';
  const called = verbs.get(name) ?? hiddenVerbs.get(name);
  // The help lists all verbs, and a misspelt name is compared with all of them.
  for (const load of called ? [called] : verbs.values()) program.addCommand((await load()).command);
  await program.parseAsync();
}

process.on('uncaughtException', (error) => process.exit(tell(error)));

main().catch((error: unknown) => {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.DONE : EXIT.USAGE;
  else process.exitCode = tell(error);
});
