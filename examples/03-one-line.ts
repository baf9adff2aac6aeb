/** Lesson 3: break ring32-v by one line of JSON, and watch the theorem fail. */
import { readFileSync } from 'node:fs';
import { classify } from '../isa/classify/classify.ts';
import { sentences } from '../isa/classify/verdicts.ts';
import { witnessProgram } from '../isa/classify/witness-program.ts';
import { parseVariant, type Variant, variantNamed, variantRows } from '../isa/table/variants.ts';
import { type Desk, giveIfMain, type Lesson, readBeside, wordsOf } from './lesson.ts';
import { run } from './machine.ts';

const own = '03-mine.json';
const sound = variantNamed('ring32-v') as Variant;

export const lesson: Lesson = {
  title: 'Lesson 3: break ring32-v by one line',
  shows:
    'A variant is data: one name in its list of unprivileged instructions, and Theorem 1 fails by that name.',
  give,
};

async function give(desk: Desk): Promise<void> {
  const text = desk.file === undefined ? readBeside(own) : readFileSync(desk.file, 'utf8');
  desk.say('ring32-v is { "name": "ring32-v", "unprivileged": [] }. This is yours:\n');
  desk.say(text);
  const predicted = wordsOf(await desk.ask('Which theorems still hold for it? (numbers out of 1, 2, 3)'));
  const mine = parseVariant(text);
  for (const variant of [sound, mine]) {
    desk.say(`\n${variant.name}`);
    for (const { theorem, holds, says } of sentences(classify(variant))) {
      desk.say(`  ${theorem}: ${holds ? 'yes' : 'NO'}; ${says}`);
    }
  }
  desk.say();
  score(desk, mine, predicted);
  for (const name of mine.unprivileged) showBroken(desk, mine, name);
  checkEach(desk);
  desk.say(
    `\nNow change the line "unprivileged" in your own copy of examples/${own} and give it as an argument.`,
  );
  desk.say('Which single names let Theorem 3 stand? Which do not, and why?');
}

function score(desk: Desk, mine: Variant, predicted: ReadonlySet<string>): void {
  const { theorem1, theorem2, theorem3 } = classify(mine);
  const right = [theorem1, theorem2, theorem3].filter(
    ({ holds }, n) => holds === predicted.has(String(n + 1)),
  );
  desk.say(`You are right about ${right.length} of 3.`);
  const listed = [...mine.unprivileged].sort().join();
  desk.check('Theorem 1 fails by exactly the names in the list', theorem1.decidedBy.join() === listed);
}

/** Runs the witness of `name` where it does not trap, and where it does. */
function showBroken(desk: Desk, mine: Variant, name: string): void {
  const { theorem1 } = classify(mine);
  if (!theorem1.decidedBy.includes(name)) return;
  const text = witnessProgram(classify(mine), name, mine, mine.name);
  const broken = run('witness.s', text, mine);
  desk.say(`\nThe witness of ${name} on ${mine.name} prints:`);
  for (const line of broken.printed.trimEnd().split('\n')) desk.say(`  | ${line}`);
  desk.check('it shows two states that the program cannot be kept from telling apart', broken.status === 0);
}

/** Each single name, and what it breaks. */
function checkEach(desk: Desk): void {
  const each = variantRows.map((name) => ({
    name,
    ...classify({ name: 'one', unprivileged: new Set([name]), cpuid: 255 }),
  }));
  desk.say();
  desk.check(
    'each of these names alone makes Theorem 1 fail, by that name',
    each.every(({ name, theorem1 }) => theorem1.decidedBy.join() === name),
  );
  desk.check(
    'some of them leave Theorem 3 standing, others do not',
    new Set(each.map(({ theorem3 }) => theorem3.holds)).size === 2,
  );
}

await giveIfMain(import.meta.url, lesson);
