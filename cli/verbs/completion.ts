/** `ringlab completion SHELL`: prints a script that completes ringlab's command lines in a shell. */
import { Argument } from 'commander';
import { commandNamed, createCommand, exitWith } from '../command.ts';
import { EXIT } from '../failure.ts';
import { print } from '../output.ts';
import { addAllVerbs, createProgram } from '../program.ts';
import { packagedGuests } from '../projects/guests.ts';
import { loadLessons } from './lesson.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

export const command = createCommand('completion', 'Print a script that completes ringlab in your shell')
  .addArgument(new Argument('<shell>', 'the shell').choices(shells))
  .action(exitWith(completion));

async function completion(shell: Shell): Promise<number> {
  const program = await addAllVerbs(createProgram());
  // These verbs explain a wrong name themselves, so commander does not know the right ones.
  offer(
    program,
    'lesson',
    (await loadLessons()).lessons.map(({ name }) => name),
  );
  offer(
    program,
    'example',
    packagedGuests().map(({ name }) => name),
  );
  const { topics } = await import('../help/topics.ts');
  offer(program, 'help', [...program.commands.map((verb) => verb.name()), ...Object.keys(topics)]);
  const { completedCommands } = await import('../completion/model.ts');
  const commands = completedCommands(program);
  print(await scriptFor(shell, commands));
  return EXIT.DONE;
}

/** Lets a verb's first argument be one of `words`. */
function offer(program: ReturnType<typeof createProgram>, verb: string, words: readonly string[]): void {
  const [first] = commandNamed(program, [verb]).registeredArguments;
  if (first !== undefined) first.argChoices = [...words];
}

async function scriptFor(
  shell: Shell,
  commands: Parameters<typeof import('../completion/bash.ts').bashCompletion>[0],
): Promise<string> {
  switch (shell) {
    case 'bash':
      return (await import('../completion/bash.ts')).bashCompletion(commands);
    case 'zsh':
      return (await import('../completion/zsh.ts')).zshCompletion(commands);
    case 'fish':
      return (await import('../completion/fish.ts')).fishCompletion(commands);
  }
}
