/** Lesson 12: three acts. Trapping is right, then wrong; translating is right again. */
import { type Desk, giveIfMain, type Lesson, wordsOf } from './lesson.ts';
import { imageOf, showComparison, showGuest } from './monitor.ts';
import { translate, wordsFor } from './translation.ts';

const guest = 'interrupt-flag.s';

export const lesson: Lesson = {
  title: 'Lesson 12: three acts on one guest',
  shows:
    'Trap-and-emulate is right on ring32-v and wrong on ring32-x; binary translation makes the same guest right again.',
  give,
};

async function give(desk: Desk): Promise<void> {
  desk.say(`${guest} turns interrupts on by \`setf\`, waits for a tick of its timer, turns them`);
  desk.say('off by `cli`, and asks by `getf` whether they are. On the bare machine:\n');
  const [bare] = showGuest(desk, guest, [['ring32-x']]);
  desk.say('\nFirst act. Every sensitive instruction traps, and the monitor does what it means:\n');
  const [first] = showGuest(desk, guest, [['ring32-v', 'trap-and-emulate']]);
  const sound = showComparison(desk, guest, 'ring32-v', 'trap-and-emulate');
  desk.check('where all of them trap, trapping is right, at every step', first === bare && sound.equal);
  await second(desk, bare);
  await third(desk, bare);
}

async function second(desk: Desk, bare: number | undefined): Promise<void> {
  desk.say('\nSecond act. On ring32-x `getf` and `setf` do not trap, as PUSHF and POPF did not.\n');
  const answer = wordsOf(await desk.ask('Will a tick come? (yes or no)'));
  const [status] = showGuest(desk, guest, [['ring32-x', 'trap-and-emulate']]);
  desk.say(answer.has('no') ? '\nAs you said.\n' : '\nNone came: the monitor never heard of the setf.\n');
  const { divergence } = showComparison(desk, guest, 'ring32-x', 'trap-and-emulate');
  desk.check('the guest ends otherwise than on the bare machine', status !== bare);
  desk.check(
    'what gives it away is an instruction that did not trap',
    divergence?.instruction.startsWith('getf') === true,
  );
}

async function third(desk: Desk, bare: number | undefined): Promise<void> {
  desk.say(
    '\nThird act. The monitor waits for no trap. It translates the guest, and runs the translation.\n',
  );
  const answer = wordsOf(
    await desk.ask('How many exits to the monitor do its getf, setf and cli cause now? (a number)'),
  );
  const [status] = showGuest(desk, guest, [['ring32-x', 'binary-translation']]);
  const { equal } = showComparison(desk, guest, 'ring32-x', 'binary-translation');
  const { exits } = translate(imageOf(guest));
  const caused = ['getf', 'setf', 'cli'].reduce((sum, name) => sum + (exits.get(`callout: ${name}`) ?? 0), 0);
  desk.say(answer.has('0') ? '\nNone, as you said.' : '\nNone: they became loads and stores of a save area.');
  for (const name of ['getf', 'setf', 'cli']) {
    const words = wordsFor(translate(imageOf(guest)), name).map(({ assembly }) => assembly);
    desk.say(`  ${name.padEnd(6)}${words.join(' | ')}`);
  }
  desk.say();
  desk.check('the same guest is right again where trapping was wrong', status === bare && equal);
  desk.check('and its flags cost no exit at all', caused === 0);
  desk.say(`\nMore: ringlab translate guests/${guest} --isa ring32-x`);
}

await giveIfMain(import.meta.url, lesson);
