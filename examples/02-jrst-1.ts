/** Lesson 2: the PDP-10. One instruction forbids a monitor by Theorem 1, and allows one by Theorem 3. */
import { classify, type InstructionClass } from '../isa/classify/classify.ts';
import { describeWitness } from '../isa/classify/evidence.ts';
import { type Variant, variantNamed } from '../isa/table/variants.ts';
import { type Desk, giveIfMain, type Lesson, readBeside, wordsOf } from './lesson.ts';
import { run } from './machine.ts';

const guest = '02-jrst-1.s';

export const lesson: Lesson = {
  title: 'Lesson 2: JRST 1, or why the PDP-10 could have a hybrid monitor only',
  shows:
    'On ring32-h `retf` alone is critical; it is not user-sensitive, so Theorem 1 fails and Theorem 3 holds.',
  give,
};

async function give(desk: Desk): Promise<void> {
  const variant = variantNamed('ring32-h') as Variant;
  desk.say('JRST 1 of the PDP-10 jumps and enters user mode. In user mode it only jumps. It');
  desk.say('never traps. ring32-h has its kin: `retf` goes to a ring of the same or less');
  desk.say('privilege, and does not trap; every other sensitive instruction does.\n');
  const first = wordsOf(
    await desk.ask('Can a trap-and-emulate monitor be built for it, by Theorem 1? (yes or no)'),
  );
  const third = wordsOf(await desk.ask('A hybrid one, by Theorem 3? (yes or no)'));
  const { theorem1, theorem3, instructions } = classify(variant);
  const right = (predicted: ReadonlySet<string>, holds: boolean) =>
    predicted.has(holds ? 'yes' : 'no') ? 'as you said' : 'measured';
  desk.say(`\nTheorem 1: ${theorem1.holds ? 'yes' : 'no'} (${right(first, theorem1.holds)})`);
  desk.say(`Theorem 3: ${theorem3.holds ? 'yes' : 'no'} (${right(third, theorem3.holds)})\n`);
  desk.check('retf alone is critical', theorem1.decidedBy.join() === 'retf');
  explainRetf(desk, instructions.find(({ name }) => name === 'retf') as InstructionClass);
  desk.check('Theorem 1 does not hold, Theorem 3 does', !theorem1.holds && theorem3.holds);
  listen(desk);
}

function explainRetf(desk: Desk, { witnesses, userSensitive, supervisorSensitive }: InstructionClass): void {
  const witness = witnesses.get('supervisor');
  if (witness !== undefined) desk.say(`  ${describeWitness(witness)}`);
  desk.check('it is sensitive in virtual supervisor mode', supervisorSensitive);
  desk.check('it is not in virtual user mode: there it does what it should', !userSensitive);
}

/** Runs the guest under its little monitor, where retf traps and where it does not. */
function listen(desk: Desk): void {
  desk.say(`\n${guest}: a kernel in virtual ring 0, real ring 1, starts a user program by retf.`);
  for (const [name, heard] of [
    ['ring32-v', 1],
    ['ring32-h', 0],
  ] as const) {
    const { printed, status } = run(guest, readBeside(guest), variantNamed(name) as Variant);
    desk.say(`\n${name}:`);
    for (const line of printed.trimEnd().split('\n')) desk.say(`  | ${line}`);
    desk.check(heard === 1 ? 'the monitor hears of it' : 'the monitor hears nothing', status === heard);
  }
  desk.say('\nSo a monitor for ring32-h interprets all of virtual ring 0 and never lets it run retf.');
}

await giveIfMain(import.meta.url, lesson);
