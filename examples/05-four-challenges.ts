/** Lesson 5: what made x86 hard to virtualize, four challenges, each a guest that meets it. */
import { type Desk, giveIfMain, type Lesson, wordsOf } from './lesson.ts';
import { compareGuest, showComparison, showGuest } from './monitor.ts';

interface Challenge {
  readonly name: string;
  readonly says: string;
  readonly guest: string;
  /** First instruction at which it shows. */
  readonly at: string;
}

/** As the designers of Intel's VT-x name them (Uhlig et al. 2005; Neiger et al. 2006). */
const challenges: readonly Challenge[] = [
  {
    name: 'Ring aliasing',
    says: 'the ring that the monitor gave is not the ring that was meant',
    guest: 'ring-aliasing.s',
    at: 'sring',
  },
  {
    name: 'Address-space compression',
    says: 'the monitor lives in a part of the address space that the guest owns',
    guest: 'address-compression.s',
    at: 'verr',
  },
  {
    name: 'Non-faulting access to privileged state',
    says: "tables of the monitor's can be read, and are not the guest's",
    guest: 'silent-reads.s',
    at: 'svec',
  },
  {
    name: 'Interrupt virtualization',
    says: "IF is the guest's to change and the monitor's to keep",
    guest: 'interrupt-flag.s',
    at: 'getf',
  },
];

export const lesson: Lesson = {
  title: 'Lesson 5: four challenges',
  shows:
    'Ring aliasing, address-space compression, non-faulting reads and interrupt flags each break trap-and-emulate on ring32-x and none does on ring32-v.',
  give,
};

async function give(desk: Desk): Promise<void> {
  desk.say('x86 could not be virtualized by trap-and-emulate. Four of its challenges, on ring32-x:\n');
  for (const { name, says, guest } of challenges) desk.say(`  ${name}: ${says} (${guest})`);
  for (const challenge of challenges) await meet(desk, challenge);
  desk.say('\nNo challenge is about slowness. Each is an answer given without asking the');
  desk.say('monitor. Interpreting such code is one way out: hybrid and interpret, on');
  desk.say('ring32-x.\n');
  for (const { guest, name } of challenges) {
    const equal = ['hybrid', 'interpret'].map((strategy) => compareGuest(guest, 'ring32-x', strategy).equal);
    desk.check(`${name}: hybrid and interpret are equal, for it is ring 0 that asks`, equal.every(Boolean));
  }
}

async function meet(desk: Desk, { name, guest, at }: Challenge): Promise<void> {
  desk.say(`\n${name}\n`);
  const predicted = wordsOf(
    await desk.ask(`At which instruction does ${guest} see it first on ring32-x? (a name)`),
  );
  const statuses = showGuest(desk, guest, [
    ['ring32-x'],
    ['ring32-x', 'trap-and-emulate'],
    ['ring32-v', 'trap-and-emulate'],
  ]);
  desk.say();
  const { divergence } = showComparison(desk, guest, 'ring32-x', 'trap-and-emulate');
  if (predicted.has(at)) desk.say('That is the one you named.');
  desk.check('the guest finds something wrong on ring32-x', statuses[0] === 0 && statuses[1] !== 0);
  desk.check(`the first step that differs is at ${at}`, divergence?.instruction.startsWith(at) === true);
  const sound = compareGuest(guest, 'ring32-v', 'trap-and-emulate');
  desk.check('on ring32-v nothing differs at any step', sound.equal && statuses[2] === 0);
}

await giveIfMain(import.meta.url, lesson);
