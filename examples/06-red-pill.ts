/** Lesson 6: the red pill. Can a user program tell whether its machine is real? */
import { type Desk, giveIfMain, type Lesson, wordsOf } from './lesson.ts';
import { showComparison, showGuest } from './monitor.ts';

const guest = 'red-pill.s';

export const lesson: Lesson = {
  title: 'Lesson 6: the red pill',
  shows:
    'On ring32-x a program in ring 3 detects the monitor by one instruction, under hybrid too; on ring32-v it cannot.',
  give,
};

async function give(desk: Desk): Promise<void> {
  desk.say('In 2004 Joanna Rutkowska showed a program of one instruction that tells, without');
  desk.say('any privilege, whether it runs inside a monitor: SIDT. Here it is `svec`, in');
  desk.say('ring 3.');
  desk.say(`${guest} makes a system call, so somebody handles traps; then it asks where the handler is.\n`);
  const answer = wordsOf(
    await desk.ask('Under which strategies does it find the monitor on ring32-x? (names, or none)'),
  );
  const [bare, emulated, hybrid, interpreted] = showGuest(desk, guest, [
    ['ring32-x'],
    ['ring32-x', 'trap-and-emulate'],
    ['ring32-x', 'hybrid'],
    ['ring32-x', 'interpret'],
  ]);
  const right = answer.has('hybrid') && answer.has('trap') && !answer.has('interpret');
  desk.say(
    right
      ? '\nYou are right about all three.\n'
      : '\nThe program is in ring 3, which hybrid runs directly.\n',
  );
  desk.check('it takes the bare machine for real', bare === 0);
  desk.check('it finds trap-and-emulate', emulated === 1);
  desk.check('it finds hybrid: svec is user-sensitive, so Theorem 3 does not hold either', hybrid === 1);
  desk.check('it does not find a machine made of software only', interpreted === 0);
  const { divergence } = showComparison(desk, guest, 'ring32-x', 'hybrid');
  desk.check('what gives the monitor away is svec', divergence?.instruction.startsWith('svec') === true);
  sound(desk);
}

/** The same where Theorem 1 holds. */
function sound(desk: Desk): void {
  desk.say('\nWhere it traps, the program gets no answer, on a real machine as under a monitor:\n');
  const [bare, emulated] = showGuest(desk, guest, [['ring32-v'], ['ring32-v', 'trap-and-emulate']]);
  desk.check('on ring32-v it sees the same in both', bare === 2 && emulated === 2);
  const { equal } = showComparison(desk, guest, 'ring32-v', 'trap-and-emulate');
  desk.check('and so does everybody else, at every step', equal);
  desk.say(
    "\nThat is equivalence, Popek and Goldberg's first property. It says nothing about clocks on the wall.",
  );
}

await giveIfMain(import.meta.url, lesson);
