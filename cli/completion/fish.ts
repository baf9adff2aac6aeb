/** Completion for fish. */
import type { CompletedCommand, CompletedOption, CompletedValue } from './model.ts';

export function fishCompletion(commands: readonly CompletedCommand[]): string {
  return `# Completion of ringlab for fish. Load it: ringlab completion fish | source
complete -c ringlab -f
${commands.flatMap(linesOf).join('\n')}
`;
}

function linesOf(command: CompletedCommand): string[] {
  const at = conditionOf(command);
  const verbs = command.verbs.map(({ name, text }) => `${at} -a ${quote(name)} -d ${quote(text)}`);
  const options = command.options.map((option) => `${at} ${optionWords(option)}`);
  return [...verbs, ...options, ...argumentLines(command, at)];
}

/** A line begins so: it holds where the words of the command have been typed, and for a group, none of its verbs. */
function conditionOf({ path, verbs }: CompletedCommand): string {
  const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`);
  const none =
    verbs.length === 0 ? [] : [`not __fish_seen_subcommand_from ${verbs.map(({ name }) => name).join(' ')}`];
  return `complete -c ringlab -n ${quote([...seen, ...none].join('; and '))}`;
}

/** fish does not count arguments: it offers what any of them can be. */
function argumentLines({ arguments: places }: CompletedCommand, at: string): string[] {
  const values = places.map(({ value }) => value);
  const words = values.flatMap((value) => value.words);
  return [
    ...(words.length === 0 ? [] : [`${at} -a ${quote(words.join(' '))}`]),
    ...(values.some(({ place }) => place === 'file') ? [`${at} -F`] : []),
    ...(values.some(({ place }) => place === 'folder') ? [`${at} -a '(__fish_complete_directories)'`] : []),
  ];
}

function optionWords({ long, short, text, value }: CompletedOption): string {
  const names = [...(short === undefined ? [] : [`-s ${short.slice(1)}`]), `-l ${long.slice(2)}`];
  return [...names, ...(value === undefined ? [] : [valueWords(value)]), `-d ${quote(text)}`].join(' ');
}

function valueWords({ words, place }: CompletedValue): string {
  const offered = words.length === 0 ? '' : ` -a ${quote(words.join(' '))}`;
  if (place === 'folder') return `-x -a '(__fish_complete_directories)'`;
  return `${place === 'file' ? '-r -F' : '-x'}${offered}`;
}

const quote = (text: string) => `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
