/** Completion for zsh. */
import type { CompletedArgument, CompletedCommand, CompletedOption, CompletedValue } from './model.ts';

export function zshCompletion(commands: readonly CompletedCommand[]): string {
  return `#compdef ringlab
# Completion of ringlab for zsh. Load it: source <(ringlab completion zsh)
_ringlab_or_files() {
  _alternative "names:name:($*)" 'files:file:_files'
}
${commands.map(functionOf).join('\n')}
if [[ \${funcstack[1]} == _ringlab ]]; then
  _ringlab "$@"
else
  compdef _ringlab ringlab
fi
`;
}

const functionName = (path: readonly string[]) => ['_ringlab', ...path].join('_');

function functionOf(command: CompletedCommand): string {
  return command.verbs.length > 0 ? groupFunction(command) : verbFunction(command);
}

/** Completes the verb, or leaves the rest to the verb's function. */
function groupFunction({ path, verbs, options }: CompletedCommand): string {
  const names = verbs.map(({ name, text }) => `    ${quote(`${name}:${text.replaceAll(':', '\\\\:')}`)}`);
  const calls = verbs.map(({ name }) => `      ${name}) ${functionName([...path, name])} ;;`);
  return `${functionName(path)}() {
  local curcontext=$curcontext state line
  local -a verbs=(
${names.join('\n')}
  )
  _arguments -C ${options.map(optionSpec).join(' ')} '1: :->verb' '*:: :->rest'
  case $state in
    verb) _describe verb verbs ;;
    rest) case $words[1] in
${calls.join('\n')}
    esac ;;
  esac
}`;
}

function verbFunction({ path, options, arguments: places }: CompletedCommand): string {
  const specs = [...options.map(optionSpec), ...places.map(argumentSpec)];
  return `${functionName(path)}() {
  _arguments -s ${specs.join(' \\\n    ')}
}`;
}

function optionSpec({ long, short, text, value }: CompletedOption): string {
  const names = short === undefined ? [long] : [short, long];
  const what = `[${escaped(text)}]`;
  const after = value === undefined ? '' : `:value:${actionOf(value)}`;
  return names.map((name) => quote(`${name}${what}${after}`)).join(' ');
}

function argumentSpec({ name, value, isLast }: CompletedArgument, n: number): string {
  return quote(`${isLast ? '*' : n + 1}:${escaped(name)}:${actionOf(value)}`);
}

function actionOf({ words, place }: CompletedValue): string {
  if (place === undefined) return words.length === 0 ? ' ' : `(${words.join(' ')})`;
  if (words.length > 0) return ` _ringlab_or_files ${words.join(' ')}`;
  return place === 'folder' ? '_files -/' : '_files';
}

const escaped = (text: string) => text.replaceAll(/[[\]:\\]/g, String.raw`\$&`);

const quote = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
