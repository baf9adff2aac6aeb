/** What a shell has to know to complete a command line: the verbs, and for each its options and arguments. */
import type { Command } from 'commander';
import { pathOf } from '../command.ts';
import { optionsOf } from '../help/page.ts';

/** What can be typed in a place: some of the words, and files or folders of this computer. */
export interface CompletedValue {
  readonly words: readonly string[];
  readonly place: 'file' | 'folder' | undefined;
}

export interface CompletedOption {
  readonly long: string;
  readonly short: string | undefined;
  /** Its value; undefined for an option without one. */
  readonly value: CompletedValue | undefined;
  readonly text: string;
}

export interface CompletedArgument {
  readonly name: string;
  readonly value: CompletedValue;
  /** Whether all words from here on are such arguments. */
  readonly isLast: boolean;
}

export interface CompletedCommand {
  /** The words that call it, from behind `ringlab` on; none for ringlab itself. */
  readonly path: readonly string[];
  readonly text: string;
  readonly verbs: readonly { readonly name: string; readonly text: string }[];
  readonly options: readonly CompletedOption[];
  readonly arguments: readonly CompletedArgument[];
}

/** Names of values that are files or folders of this computer. */
const places: Readonly<Record<string, 'file' | 'folder'>> = {
  file: 'file',
  'file.s': 'file',
  recording: 'file',
  variant: 'file',
  monitor: 'file',
  folder: 'folder',
  'host[:guest][:ro]': 'folder',
};

function valueFor(name: string, words: readonly string[] = []): CompletedValue {
  return { words, place: Object.hasOwn(places, name) ? places[name] : undefined };
}

/** A command and all below it. */
export function completedCommands(command: Command): readonly CompletedCommand[] {
  return [completedCommand(command), ...command.commands.flatMap(completedCommands)];
}

function completedCommand(command: Command): CompletedCommand {
  return {
    path: pathOf(command).slice(1),
    text: command.description(),
    verbs: command.commands.map((verb) => ({ name: verb.name(), text: verb.description() })),
    options: optionsOf(command).map(({ long, short, flags, argChoices, description }) => {
      const [, name] = /<(.+)>$/.exec(flags) ?? [];
      const value = name === undefined ? undefined : valueFor(name, argChoices);
      return { long: long ?? '', short, value, text: description };
    }),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      value: valueFor(argument.name(), argument.argChoices),
      isLast: argument.variadic,
    })),
  };
}
