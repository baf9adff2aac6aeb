/** Lesson 13: a translation, read word by word. */
import { assemble } from '../assembler/index.ts';
import { readImage } from '../isa/machine/image.ts';
import { type Desk, giveIfMain, type Lesson, readBeside, wordsOf } from './lesson.ts';
import { bareSteps, showUnits, translate, type Translated, wordsFor } from './translation.ts';

const guest = '13-worth-reading.s';

export const lesson: Lesson = {
  title: 'Lesson 13: a translation that is worth reading',
  shows:
    'Most instructions are copied, sensitive ones become loads and stores, and a return costs most: guest registers hold guest addresses.',
  give,
};

async function give(desk: Desk): Promise<void> {
  const text = readBeside(guest);
  for (const line of text.trimEnd().split('\n')) desk.say(`  | ${line}`);
  desk.say('\nA monitor translates it: the copy runs in ring 1, where nothing sensitive may be left.\n');
  const said = wordsOf(
    await desk.ask(
      'Which of its instructions takes the most words? (getf, cli, addi, mts, setf, bne or ret)',
    ),
  );
  const image = readImage(assemble([{ name: guest, text }]).elf);
  const done = translate(image);
  desk.say('On the left the guest, on the right what runs instead:\n');
  showUnits(desk, done, 'count', 4);
  desk.say(said.has('ret') ? '\nIt is ret, as you said.\n' : '\nIt is ret, by far.\n');
  checkCopies(desk, done);
  checkReturn(desk, done);
  await steps(desk, done, bareSteps(image));
  desk.say(`\nMore: ringlab translate examples/${guest} --isa ring32-x --json`);
}

function checkCopies(desk: Desk, done: Translated): void {
  const only = (name: string) => {
    const [word, ...more] = wordsFor(done, name);
    return more.length === 0 ? word : undefined;
  };
  desk.check('an innocuous instruction is copied as it is', only('addi')?.kind === 'identical');
  desk.check(
    'cli, setf and mts are one store each, to where the virtual CPU keeps its flags and SCRATCH0',
    only('cli')?.note === 'FLAGS' && only('setf')?.note === 'FLAGS' && only('mts')?.note === 'SCRATCH0',
  );
  desk.check(
    'a branch goes to the translation of its target',
    wordsFor(done, 'bne').every(({ kind }) => kind === 'chained' || kind === 'stub'),
  );
  desk.check('out is left to the monitor: a word that traps', only('out')?.kind === 'callout');
}

function checkReturn(desk: Desk, done: Translated): void {
  const words = wordsFor(done, 'jalr');
  const longest = Math.max(
    ...['getf', 'cli', 'addi', 'mts', 'setf', 'bne'].map((n) => wordsFor(done, n).length),
  );
  desk.check('a return looks its target up, and takes more words than any other', words.length > longest);
  desk.check(
    'the call left a guest address in ra, for the guest may look at it',
    done.listing.targets.length === 2 && done.listing.targets.every(({ target }) => target < 0x20000),
  );
}

async function steps(desk: Desk, done: Translated, bare: number): Promise<void> {
  desk.say('\nSome instructions take several words now, but a guest has its own count of time.\n');
  const said = wordsOf(
    await desk.ask(
      'By how many steps is its TIME ahead, at the end, of that on the bare machine? (a number)',
    ),
  );
  desk.say(said.has('0') ? 'By none, as you said.' : 'By none.');
  desk.say('Each sequence counts in tp what it takes beyond one step, and the monitor subtracts it.\n');
  desk.check(`the guest made ${bare} steps under translation, as on the bare machine`, done.steps === bare);
}

await giveIfMain(import.meta.url, lesson);
