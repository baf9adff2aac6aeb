/**
 * The command line: finds the verb and runs it. Each verb's file in verbs/ declares its arguments and options and does
 * what the verb does. Only the verb that is called is loaded. Exit statuses: failure.ts.
 */
import { type Command, CommanderError } from 'commander';
import { helpFor } from './command.ts';
import { EXIT, tell } from './failure.ts';
import { note } from './output.ts';
import { addAllVerbs, createProgram } from './program.ts';
import { verbNamed } from './verbs.ts';

const program = createProgram();

/**
 * Runs the command line of this process. Rejects with a CommanderError if it is wrong, and with the error that a verb
 * throws.
 */
async function main(words: readonly string[]): Promise<void> {
  const load = verbNamed(words[0] ?? '');
  // The help lists all verbs, and a misspelt name is compared with all of them.
  if (load === undefined) await addAllVerbs(program);
  else program.addCommand((await load()).command);
  if (mayShowHelp(words)) (await import('./help/show.ts')).showOurHelp(program);
  await program.parseAsync();
}

/** Whether commander may print a help: how it looks is loaded only then. */
function mayShowHelp(words: readonly string[]): boolean {
  const [command] = program.commands;
  const isGroup = program.commands.length !== 1 || (command as Command).commands.length > 0;
  return isGroup || words.some((word) => word === '--help' || word === '-h');
}

process.on('uncaughtException', (error) => process.exit(tell(error)));

const words = process.argv.slice(2);
main(words).catch((error: unknown) => {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.DONE : EXIT.USAGE;
  else process.exitCode = tell(error);
  if (process.exitCode === EXIT.USAGE && words.length > 0) note(helpFor(program, words));
});
