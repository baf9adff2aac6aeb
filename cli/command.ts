/** How every command of `ringlab` is made: what it prints, how it fails, which exit status it sets. */
import { Command } from 'commander';
import { note, printRaw } from './output.ts';

/** A command with that name. `summary`, one sentence that opens with a verb, is its line in the list of commands. */
export function createCommand(name: string, summary: string): Command {
  return new Command(name)
    .description(summary)
    .helpOption('-h, --help', 'Show this help')
    .configureOutput({
      writeOut: printRaw,
      writeErr: note,
      outputError: (text, write) =>
        write(
          text
            .replace(/^error: /, 'ringlab: ')
            .replace(/command-argument value '(.*)' is invalid for argument '(.*)'\./, '$1: no such $2.'),
        ),
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

/** The command that the words name, as far as they name one: `ringlab snapshot take` for `snapshot take first x.s`. */
export function commandNamed(program: Command, words: readonly string[]): Command {
  const next = program.commands.find((command) => command.name() === words[0]);
  return next === undefined ? program : commandNamed(next, words.slice(1));
}

/** The names that call a command, from `ringlab` on. */
export function pathOf(command: Command): readonly string[] {
  return command.parent === null ? [command.name()] : [...pathOf(command.parent), command.name()];
}

/** The line below a message about the usage: which help says more. */
export function helpFor(program: Command, words: readonly string[]): string {
  const command = commandNamed(program, words);
  const what = command.commands.length > 0 ? 'lists the verbs' : 'shows its options and examples';
  return `(${pathOf(command).join(' ')} --help ${what})\n`;
}
