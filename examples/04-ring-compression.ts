/** Lesson 4: a guest's ring 0 runs in ring 1. When does it notice? */
import { type Desk, giveIfMain, type Lesson, wordsOf } from './lesson.ts';
import { showComparison, showGuest } from './monitor.ts';

const looks = 'ring-aliasing.s';
const leaves = 'retf-ring1.s';

export const lesson: Lesson = {
  title: 'Lesson 4: ring compression, and the ring that shows through',
  shows:
    'A guest in ring 1 that believes to be in ring 0 is right about all it sees, unless an instruction shows the ring without a trap.',
  give,
};

async function give(desk: Desk): Promise<void> {
  desk.say("There are four rings and the guest wants them all, but ring 0 is the monitor's.");
  desk.say("So the guest's ring 0 runs in ring 1, beside the guest's own ring 1: two rings");
  desk.say('in one. Each privileged instruction traps there, and the monitor does what it');
  desk.say('means.\n');
  desk.say(`${looks} is a kernel. It executes \`sring\` and prints what it gets.\n`);
  const answer = wordsOf(
    await desk.ask('What does it print under a monitor on ring32-x, where sring does not trap? (a number)'),
  );
  const statuses = showGuest(desk, looks, [
    ['ring32-x'],
    ['ring32-x', 'trap-and-emulate'],
    ['ring32-v', 'trap-and-emulate'],
  ]);
  desk.say(answer.has('1') ? '\nAs you said: 1.\n' : '\nThe real ring shows through: 1.\n');
  desk.check('where sring does not trap, the kernel reads the ring it was given', statuses[1] === 1);
  desk.check('where sring traps, it reads 0 as on the bare machine', statuses[0] === 0 && statuses[2] === 0);
  desk.say('\nStep by step, bare machine and monitor beside each other:');
  const { divergence } = showComparison(desk, looks, 'ring32-x', 'trap-and-emulate');
  desk.check('they diverge at sring and nowhere before', divergence?.instruction === 'sring s0');
  await leave(desk);
}

/** The other side of compression: going from ring 0 to ring 1. */
async function leave(desk: Desk): Promise<void> {
  desk.say(
    `\n${leaves} goes from its ring 0 to its ring 1 by \`retf\`, and then does what ring 1 must not.\n`,
  );
  const answer = wordsOf(
    await desk.ask('Does the instruction trap on ring32-h under trap-and-emulate? Under hybrid? (yes or no)'),
  );
  const [bare, emulated, hybrid] = showGuest(desk, leaves, [
    ['ring32-h'],
    ['ring32-h', 'trap-and-emulate'],
    ['ring32-h', 'hybrid'],
  ]);
  desk.say(
    answer.has('no') ? '\nIt does not trap for the first.\n' : '\nFor the first it is still in ring 0.\n',
  );
  desk.check('trap-and-emulate obeys an instruction of ring 1 that must trap', bare === 1 && emulated === 99);
  desk.check('hybrid does not: it never lets virtual ring 0 run', hybrid === 1);
  const { divergence } = showComparison(desk, leaves, 'ring32-h', 'trap-and-emulate');
  desk.check('the step that the monitor missed is retf', divergence?.instruction.startsWith('retf') === true);
  const { equal } = showComparison(desk, leaves, 'ring32-h', 'hybrid');
  desk.check('hybrid is equal at every step', equal);
  desk.say(`\nMore: ringlab compare guests/${leaves} --isa ring32-h --with trap-and-emulate,hybrid`);
}

await giveIfMain(import.meta.url, lesson);
