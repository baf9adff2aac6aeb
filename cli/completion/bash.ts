/** Completion for bash 4 and later, without the package bash-completion. */
import type { CompletedArgument, CompletedCommand, CompletedOption, CompletedValue } from './model.ts';

export function bashCompletion(commands: readonly CompletedCommand[]): string {
  return `# Completion of ringlab for bash. Load it: source <(ringlab completion bash)
_ringlab() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  # bash splits --option=value into three words.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  local path= first=1 offer= options= values= place= n=0 i
  while ((first < COMP_CWORD)); do
    case "$path \${COMP_WORDS[first]}" in
${commands
  .filter(({ path }) => path.length > 0)
  .map(callCase)
  .join('\n')}
      *) break ;;
    esac
    first=$((first + 1))
  done
  case $path in
${commands.map(commandCase).join('\n')}
  esac
  case " $values " in
    *" $prev "*) ;;
    *)
      if [[ $cur == -* ]]; then
        offer=$options
      else
        for ((i = first; i < COMP_CWORD; i++)); do
          case " $values " in
            *" \${COMP_WORDS[i]} "*) i=$((i + 1)); [[ \${COMP_WORDS[i]} != = ]] || i=$((i + 1)) ;;
            *) [[ \${COMP_WORDS[i]} == -* ]] || n=$((n + 1)) ;;
          esac
        done
        _ringlab_argument "$path" "$n"
      fi
      ;;
  esac
  case $place in
    file) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    folder) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
    *) COMPREPLY=() ;;
  esac
  mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$offer" -- "$cur")
}
_ringlab_argument() {
  case $1/$2 in
${commands.flatMap(argumentCases).join('\n')}
  esac
}
complete -F _ringlab ringlab
`;
}

const nameOf = ({ path }: CompletedCommand) => path.join(' ');

/** The words of a call become its path, a word at a time. */
function callCase(command: CompletedCommand): string {
  const before = command.path.slice(0, -1).join(' ');
  return `      ${quote(`${before} ${command.path.at(-1)}`)}) path=${quote(nameOf(command))} ;;`;
}

/** What a command's options are, which take values, and what can be the value of the option before the cursor. */
function commandCase(command: CompletedCommand): string {
  const { options } = command;
  const valued = options.filter(({ value }) => value !== undefined);
  return `    ${quote(nameOf(command))})
      options=${quote(options.flatMap(namesOf).join(' '))}
      values=${quote(valued.flatMap(namesOf).join(' '))}
      case $prev in
${valued.map((option) => `        ${namesOf(option).join('|')}) ${offer(option.value as CompletedValue)} ;;`).join('\n')}
        *) ;;
      esac
      ;;`;
}

function argumentCases(command: CompletedCommand): string[] {
  if (command.verbs.length > 0) {
    const words = command.verbs.map(({ name }) => name);
    return [`    ${quote(`${nameOf(command)}/0`)}) ${offer({ words, place: undefined })} ;;`];
  }
  return command.arguments.map(
    (argument, n) =>
      `    ${quote(`${nameOf(command)}/`)}${placesFrom(argument, n)}) ${offer(argument.value)} ;;`,
  );
}

function placesFrom({ isLast }: CompletedArgument, n: number): string {
  return isLast ? '*' : `${n}`;
}

const namesOf = ({ long, short }: CompletedOption) => (short === undefined ? [long] : [short, long]);

function offer(value: CompletedValue): string {
  return `offer=${quote(value.words.join(' '))} place=${value.place ?? ''}`;
}

const quote = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
