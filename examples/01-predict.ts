/** Lesson 1: which instructions of an x86-like machine are critical? Predict, then measure. */
import { type Classification, classify, namesOf } from '../isa/classify/classify.ts';
import { describeWitness, evidenceOf } from '../isa/classify/evidence.ts';
import { tellingWitness } from '../isa/classify/format-text.ts';
import { formatProgram } from '../isa/classify/program.ts';
import { type Variant, variantNamed, variantRows } from '../isa/table/variants.ts';
import { type Desk, giveIfMain, type Lesson, wordsOf } from './lesson.ts';
import { run } from './machine.ts';

const variant = variantNamed('ring32-x') as Variant;

export const lesson: Lesson = {
  title: 'Lesson 1: predict the critical instructions of ring32-x',
  shows:
    'On an x86-like machine some instructions are sensitive and not privileged; each has a witness that runs.',
  give,
};

async function give(desk: Desk): Promise<void> {
  const measured = classify(variant);
  const system = measured.instructions.filter(({ row }) => row.effect.kind === 'system');
  desk.say('An instruction is critical if it is sensitive (it shows or changes what a');
  desk.say('monitor has to keep for itself) and not privileged (it does not trap outside');
  desk.say('ring 0).\n');
  for (const { row } of system) desk.say(`  ${`${row.name} ${row.syntax}`.padEnd(16)}${row.says}`);
  const predicted = wordsOf(await desk.ask('\nWhich of these are critical on ring32-x? (names in a line)'));
  reveal(desk, measured, predicted);
  const declared = [...variantRows].sort();
  desk.check(
    `exactly the ${declared.length} whose privilege is up to the variant are critical`,
    measured.theorem1.decidedBy.join() === declared.join(),
  );
  for (const one of system.filter(({ critical }) => critical)) {
    const { status } = run('witness.s', formatProgram(tellingWitness(one), variant), variant);
    desk.check(`a program shows why ${one.name} is`, status === 0);
  }
  desk.say('\nThe programs: ringlab classify --isa ring32-x --witness setf -o w.s');
}

/** Each instruction on which prediction and measurement differ, with its evidence; then the score. */
function reveal(desk: Desk, { instructions }: Classification, predicted: ReadonlySet<string>): void {
  const critical = instructions.filter((one) => one.critical);
  desk.say(`\nMeasured: ${namesOf(critical).join(' ')}\n`);
  const missed = critical.filter(({ name }) => !predicted.has(name));
  const wrong = instructions.filter((one) => !one.critical && predicted.has(one.name));
  for (const one of missed) desk.say(`missed   ${describeWitness(tellingWitness(one))}`);
  for (const one of wrong) {
    desk.say(`not      ${one.name}`);
    for (const [what, why] of evidenceOf(one)) desk.say(`           ${what}: ${why}`);
  }
  desk.say(
    `\nFound ${critical.length - missed.length} of ${critical.length}, and ${wrong.length} that are not.\n`,
  );
}

await giveIfMain(import.meta.url, lesson);
