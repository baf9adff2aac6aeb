/**
 * Which words of a command line are the program's own arguments. After FILE, ringlab takes the options that it knows;
 * all other words are the program's. After `--`, all words are the program's. Only a process takes arguments; a machine
 * takes none.
 */
import type { Command } from 'commander';
import { nearest } from '../assembler/suggest.ts';

type Action<O> = (file: string, args: readonly string[], options: O) => Promise<void>;

/** An action for a command that allows unknown options. `act` gets the program's arguments; a word that cannot be one is refused. */
export function withArguments<O extends { readonly process?: boolean }>(act: Action<O>) {
  return (file: string, args: readonly string[], options: O, command: Command): Promise<void> => {
    const { before, after, isFileAfter } = split(args);
    if (isOption(file) && !isFileAfter) refuse(command, file, '');
    for (const word of before.filter(isOption)) {
      if (!options.process)
        refuse(command, word, '; a machine takes no arguments, a process (--process) does');
      if (similar(command, word) !== undefined)
        refuse(command, word, '; if it is an argument of the program, put -- before it');
    }
    return act(file, [...before, ...after], options);
  };
}

interface Split {
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Whether FILE comes after `--`, too. */
  readonly isFileAfter: boolean;
}

/** The arguments before `--` and after it. The parser leaves `--` among them when an option of the program came first. */
function split(args: readonly string[]): Split {
  const mark = process.argv.indexOf('--');
  const words = mark < 0 ? 0 : process.argv.length - 1 - mark;
  const count = Math.min(args.length, words);
  const before = args.slice(0, args.length - count);
  return {
    before: mark >= 0 && before.at(-1) === '--' ? before.slice(0, -1) : before,
    after: args.slice(args.length - count),
    isFileAfter: words > args.length,
  };
}

function isOption(word: string): boolean {
  return /^-[^\d.]/.test(word);
}

/** The option of the command that was probably meant by a misspelt one. */
function similar(command: Command, word: string): string | undefined {
  const names = command.options.flatMap(({ long }) => long ?? []);
  return word.startsWith('--') ? nearest(word, names) : undefined;
}

function refuse(command: Command, word: string, more: string): never {
  const meant = similar(command, word);
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  return command.error(`error: unknown option '${word}'${hint}${more}`);
}
