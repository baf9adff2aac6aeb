/** Lesson 14: code that changes code, while a translation of it runs. */
import { type Desk, giveIfMain, type Lesson, wordsOf } from './lesson.ts';
import { imageOf, runGuest, showComparison, showGuest } from './monitor.ts';
import { translate, type Translated } from './translation.ts';

const guest = 'self-modifying.s';

export const lesson: Lesson = {
  title: 'Lesson 14: self-modifying code under translation',
  shows:
    'A store to code that was translated is traced: the units of those words are given up, and what was written is translated anew.',
  give,
};

async function give(desk: Desk): Promise<void> {
  desk.say(`${guest} rewrites its own instructions in four ways. On the bare machine:\n`);
  const [bare] = showGuest(desk, guest, [['ring32-x']]);
  desk.say('\nUnder translation the guest never executes its own code, only copies of it. What');
  desk.say('it stores goes to its own code all the same. Its first part rewrites an');
  desk.say('instruction in each of ten rounds of a loop, right after executing it.\n');
  const said = wordsOf(
    await desk.ask('How often is the translation of that instruction given up? (a number)'),
  );
  const done = translate(imageOf(guest));
  const step = done.symbols.address('step') ?? 0;
  const lost = done.events.filter(({ kind, pc }) => kind === 'invalidated' && pc <= step && step < pc + 48);
  desk.say(said.has('10') ? 'Ten times, as you said:\n' : 'Ten times, once in every round:\n');
  showEvents(desk, done, 12);
  desk.check('each of the ten stores gives the unit up', lost.length === 10);
  desk.check(
    'and the guest prints what it printed on the bare machine',
    bare === 0 && done.printed === runGuest(guest, 'ring32-x').printed,
  );
  await rest(desk, done);
}

/** The first events that have to do with units given up. */
function showEvents(desk: Desk, { events, symbols }: Translated, count: number): void {
  const from = events.findIndex(({ kind }) => kind === 'invalidated');
  const what = { unit: 'translated', invalidated: 'given up', chain: 'chained at' } as const;
  for (const { kind, pc, at, step } of events.slice(Math.max(0, from - 3)).slice(0, count)) {
    if (kind !== 'unit' && kind !== 'invalidated' && kind !== 'chain') continue;
    const place = symbols.describe(pc).padEnd(12);
    desk.say(
      `  step ${String(step).padStart(4)}  ${place} ${what[kind].padEnd(11)} cache 0x${at.toString(16)}`,
    );
  }
  desk.say('  …\n');
}

async function rest(desk: Desk, { exits, statistics, steps }: Translated): Promise<void> {
  desk.say('\nHow does the monitor hear of the store? The page that code was translated from');
  desk.say('may not be written in the shadow page tables: a trace. The store faults, and the');
  desk.say('monitor does it itself.\n');
  const said = wordsOf(
    await desk.ask(
      'The third part rewrites a loop of 20000 rounds once. Are there more than 100 trace hits? (yes or no)',
    ),
  );
  const hits = exits.get('shadow: trace hit') ?? 0;
  desk.say(
    said.has('no')
      ? `No: ${hits} in all ${steps} steps.\n`
      : `No, ${hits} in all ${steps} steps: only stores to translated pages are traced.\n`,
  );
  desk.check('stores elsewhere cost nothing', hits <= 100);
  desk.check('only what was written was given up', statistics.invalidated < statistics.units);
  const { equal } = showComparison(desk, guest, 'ring32-x', 'binary-translation');
  desk.check('bare machine and translation are equal at every step', equal);
  desk.say(`\nMore: ringlab trace guests/${guest} --isa ring32-x --monitor binary-translation --only exits`);
}

await giveIfMain(import.meta.url, lesson);
