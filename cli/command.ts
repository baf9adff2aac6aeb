/** How every command of `ringlab` is made: what it prints, how it fails, which exit status it sets. */
import { Command } from 'commander';
import { note, print } from './output.ts';

/** A command with that name. `summary`, one sentence that opens with a verb, is its line in the list of commands. */
export function createCommand(name: string, summary: string): Command {
  return new Command(name)
    .description(summary)
    .helpOption('-h, --help', 'Show this help')
    .showHelpAfterError('(ringlab --help lists the verbs, ringlab VERB --help lists the options)')
    .configureOutput({
      writeOut: print,
      writeErr: note,
      outputError: (text, write) => write(text.replace(/^error: /, 'ringlab: ')),
    })
    .exitOverride();
}

/** A command that has commands of its own, like `ringlab snapshot`. */
export function createGroup(name: string, summary: string): Command {
  return createCommand(name, summary).helpCommand('help [command]', 'Show the help of a command');
}

/** An action of a command: calls `run` and sets the exit status that it returns. */
export function exitWith<A extends unknown[]>(run: (...args: A) => Promise<number>) {
  return async (...args: A): Promise<void> => {
    process.exitCode = await run(...args);
  };
}
