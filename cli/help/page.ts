/**
 * What is told about a command, in the help, in its man page and in completion: commander's own description of its
 * arguments and options, and beside it the examples and exit statuses of sheets.ts. How it looks is the matter of
 * text.ts, man.ts and the files of completion/.
 */
import type { Argument, Command, Option } from 'commander';
import { pathOf } from '../command.ts';
import { type Sheet, sheetOf } from './sheets.ts';

/** A name and what is said about it. */
export interface Item {
  readonly term: string;
  readonly text: string;
}

export interface ItemList {
  readonly heading: string;
  readonly items: readonly Item[];
}

/** A command as it is told. */
export interface Page extends Sheet {
  /** The names that call it, from `ringlab` on. */
  readonly path: readonly string[];
  readonly summary: string;
  /** How it is called: `ringlab compare [options] --with <monitors> <file>`. */
  readonly usage: string;
  /** Its arguments, its options by heading, its own commands by heading. */
  readonly lists: readonly ItemList[];
}

export function pageOf(command: Command): Page {
  const path = pathOf(command);
  return {
    path,
    summary: command.description(),
    usage: [...path, ...usageOf(command)].join(' '),
    lists: [
      { heading: 'Arguments:', items: command.registeredArguments.map(argumentItem) },
      ...grouped(command.commands, (verb) => verb.helpGroup() || 'Commands:', verbItem),
      ...grouped(optionsOf(command), (option) => option.helpGroupHeading ?? 'Options:', optionItem),
    ].filter(({ items }) => items.length > 0),
    ...sheetOf(path.slice(1).join(' ')),
  };
}

/** The options that the help lists, those that are only this verb's first. */
export function optionsOf(command: Command): readonly Option[] {
  const visible = command.createHelp().visibleOptions(command);
  return visible.toSorted((a, b) => Number(isShared(a)) - Number(isShared(b)));
}

function isShared({ helpGroupHeading, long }: Option): boolean {
  return helpGroupHeading !== undefined || long === '--help';
}

function usageOf(command: Command): readonly string[] {
  if (command.commands.length > 0) return ['COMMAND'];
  const required = optionsOf(command).filter(({ mandatory }) => mandatory);
  const more = command.options.some(({ hidden, mandatory }) => !hidden && !mandatory);
  return [
    ...(more ? ['[options]'] : []),
    ...required.map(({ long, flags }) => `${long} ${/<.*>/.exec(flags)?.[0] ?? ''}`.trim()),
    ...command.registeredArguments.map(argumentTerm),
  ];
}

function argumentTerm(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function argumentItem(argument: Argument): Item {
  return {
    term: argumentTerm(argument),
    text: withFacts(argument.description, factsOf(argument.argChoices, argument)),
  };
}

function verbItem(command: Command): Item {
  return { term: command.name(), text: command.description() };
}

function optionItem(option: Option): Item {
  const facts = [...(option.mandatory ? ['required'] : []), ...factsOf(option.argChoices, option)];
  return { term: option.flags, text: withFacts(option.description, facts) };
}

interface Defaulted {
  readonly defaultValue?: unknown;
  readonly defaultValueDescription?: string | undefined;
}

function factsOf(
  choices: readonly string[] | undefined,
  { defaultValue, defaultValueDescription }: Defaulted,
): string[] {
  const told = typeof defaultValue === 'string' || typeof defaultValue === 'number';
  const usual = defaultValueDescription ?? (told ? `${defaultValue}` : undefined);
  return [
    ...(choices === undefined ? [] : [`choices: ${choices.join(', ')}`]),
    ...(usual === undefined ? [] : [`default: ${usual}`]),
  ];
}

function withFacts(text: string, facts: readonly string[]): string {
  return facts.length === 0 ? text : `${text} (${facts.join('; ')})`.trim();
}

function grouped<T>(all: readonly T[], headingOf: (one: T) => string, itemOf: (one: T) => Item): ItemList[] {
  const lists = new Map<string, Item[]>();
  for (const one of all) lists.set(headingOf(one), [...(lists.get(headingOf(one)) ?? []), itemOf(one)]);
  return [...lists].map(([heading, items]) => ({ heading, items }));
}
