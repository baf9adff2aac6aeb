/** `ringlab help [VERB…|TOPIC]`: the help of ringlab, of a verb, or on what several verbs share. */
import { Argument } from 'commander';
import { commandNamed, createCommand, exitWith } from '../command.ts';
import { EXIT, usage } from '../failure.ts';
import { print, printRaw } from '../output.ts';
import { addAllVerbs, createProgram } from '../program.ts';

export const command = createCommand(
  'help',
  'Show the help of a verb, or of a topic that several verbs share',
)
  .addArgument(new Argument('[what...]', 'a verb, or one of exit-statuses, variants, strategies, images'))
  .action(exitWith(help));

async function help(words: readonly string[]): Promise<number> {
  const { topicNamed } = await import('../help/topics.ts');
  const [first = ''] = words;
  const topic = topicNamed(first);
  if (topic !== undefined) {
    print(topic.text());
    return EXIT.DONE;
  }
  const program = await addAllVerbs(createProgram());
  (await import('../help/show.ts')).showOurHelp(program);
  const found = commandNamed(program, words);
  if (words.length > 0 && found.name() !== words.at(-1))
    throw usage(`help ${words.join(' ')}: no such verb or topic`);
  printRaw(found.helpInformation());
  return EXIT.DONE;
}
