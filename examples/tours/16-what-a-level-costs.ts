/** Lesson 16: what a level costs: one exit of a guest becomes many when its monitor is a guest itself. */
import type { Work } from '../../isa/work.ts';
import type { Claim, Tour } from '../desk.ts';
import { exitsIn } from '../evidence.ts';
import { exitsAtStart, exitsByDepth, exitsOfOne, type NestedGuest, nestedGuests } from '../nesting.ts';
import { inTurn, type Place, type Workbench } from '../workbench.ts';

const trapping = 'trap-and-emulate';
const on = (guest: NestedGuest, monitor = trapping): Place => ({
  guest: `guests/${guest}`,
  isa: 'ring32-v',
  monitor,
});

/** The recorded exits of a guest with so many minivisors. */
const recorded = (guest: NestedGuest, depth: number, monitor = trapping): number =>
  exitsByDepth[monitor]?.[guest][depth] ?? 0;

/** How many times as many exits there are with so many minivisors as with one fewer. */
const factor = (guest: NestedGuest, depth: number): number =>
  recorded(guest, depth) / recorded(guest, depth - 1);

/** The recorded table of these monitors. */
const table = (...monitors: readonly string[]): readonly string[] => [
  `${'minivisors:'.padEnd(28)}${[0, 1, 2, 3].map((depth) => String(depth).padStart(9)).join('')}`,
  ...monitors.flatMap((monitor) =>
    nestedGuests.map(
      (guest) =>
        `${guest}, ${monitor}`.padEnd(28) +
        (exitsByDepth[monitor]?.[guest] ?? []).map((count) => String(count).padStart(9)).join(''),
    ),
  ),
];

/** A guest's exits without a minivisor, by name: how many, the most frequent first. */
function* byName(bench: Workbench, guest: NestedGuest): Work<unknown, string> {
  const { exits } = yield* bench.run(on(guest));
  const counts = [...exits].sort(([, one], [, other]) => other - one);
  return `${guest}  ${counts.map(([name, count]) => `${count} ${name.replace('emulated: ', '')}`).join(', ')}`;
}

/** The claim that the counts without a minivisor, made now, are the recorded ones. */
const asRecorded = (monitor: string): Claim => ({
  claim: `${monitor}: counted now, the exits without minivisors are those of the table`,
  *holds(bench) {
    const counts = yield* inTurn(nestedGuests, (guest) => exitsIn(bench, on(guest, monitor)));
    return nestedGuests.every((guest, n) => counts[n] === recorded(guest, 0, monitor));
  },
});

export const tour: Tour = {
  number: 16,
  title: 'Lesson 16: what a level costs, and why Turtles was written',
  shows:
    'One exit of a guest becomes 16 or 17 when its monitor is a guest itself, and so on with each monitor between.',
  stops: [
    {
      say: 'An exit is a change from the guest to its monitor. These are the exits of three guests under trap-and-emulate, by what caused them. Most are privileged instructions, which the monitor emulates.',
      go: { view: 'machine', place: on('hello.s'), step: 'end' },
      show: (bench) => inTurn(nestedGuests, (guest) => byName(bench, guest)),
      check: [asRecorded(trapping)],
    },
    {
      say: '`guests/minivisor` is a trap-and-emulate monitor, too, but a program in ring 0 of Ring32. Put it between: it is the guest of the monitor, and hello.s is its guest. To handle a trap, it reads and sets system registers. In ring 0 of a real machine these are ordinary instructions. Here they trap.',
      ask: {
        text: 'hello.s executes `out` once. How many exits does the outermost monitor have until hello.s goes on?',
        choices: ['2', '5', '17'],
        answer: '17',
        right: 'As you said: one by hello.s, and 16 by minivisor.',
        wrong: 'There are 17: one by hello.s, and 16 by minivisor.',
      },
      show: () => exitsOfOne.map(([part, all]) => `${part.padEnd(16)}${all.join(', ')}`),
      check: [
        {
          claim: `all exits of hello.s, 17 times each, and ${exitsAtStart} while minivisor starts: ${recorded('hello.s', 1)}, as in the table`,
          *holds(bench) {
            const each = exitsOfOne.flatMap(([, all]) => all).length;
            return (yield* exitsIn(bench, on('hello.s'))) * each + exitsAtStart === recorded('hello.s', 1);
          },
        },
      ],
    },
    {
      say: `Put a second minivisor below the first, which becomes its guest. What the outermost monitor did in ${recorded('timer.s', 1)} exits of timer.s and one minivisor, the second minivisor does now. Its own instructions trap, too.`,
      ask: {
        text: `timer.s has ${recorded('timer.s', 0)} exits without a minivisor and ${recorded('timer.s', 1)} with one. About how many with two?`,
        choices: ['17500', '150000', '5000000'],
        answer: '150000',
        right: `As you said: ${recorded('timer.s', 2)}. Each level multiplies.`,
        wrong: `It has ${recorded('timer.s', 2)}. Levels do not add, they multiply.`,
      },
      go: { view: 'machine', place: on('timer.s'), step: 'end' },
      show: () => table(trapping),
      check: [
        {
          claim: 'with each minivisor there are at least 16 times as many exits',
          holds: () => nestedGuests.every((guest) => [1, 2, 3].every((depth) => factor(guest, depth) >= 16)),
        },
        {
          claim: 'and with the second and the third 16 or 17 times as many, rounded',
          holds: () =>
            nestedGuests.every((guest) =>
              [2, 3].every((depth) => [16, 17].includes(Math.round(factor(guest, depth)))),
            ),
        },
      ],
    },
    {
      say: 'Can the outermost monitor do better? Hybrid interprets all code in ring 0. The minivisor next to it is such code, so its instructions do not exit. Binary translation executes many sensitive instructions without an exit.',
      show: () => table('hybrid', 'binary-translation'),
      check: [
        asRecorded('hybrid'),
        asRecorded('binary-translation'),
        {
          claim:
            'hybrid is one level better: at most 12 exits more than trap-and-emulate with one minivisor fewer',
          holds: () =>
            nestedGuests.every((guest) =>
              [1, 2, 3].every((n) => recorded(guest, n, 'hybrid') - recorded(guest, n - 1) <= 12),
            ),
        },
        {
          claim:
            'with two minivisors or three, translation has about half the exits of trap-and-emulate (39 to 57 %)',
          holds: () =>
            nestedGuests.every((guest) =>
              [2, 3].every((n) => {
                const share = recorded(guest, n, 'binary-translation') / recorded(guest, n);
                return share > 0.385 && share < 0.575;
              }),
            ),
        },
      ],
    },
    {
      say: `But all of them still multiply. Of the 17 exits, 15 only read what happened, load the guest's state and enter it. Hardware assistance (Intel VT-x, 2005; AMD-V, 2006) has one instruction that enters a guest with the state in a control block, and an exit saves the state there. It also lets a guest's kernel run in ring 0, so most of its privileged instructions need no exit.

This hardware has a single level. It knows one monitor and its guest, so every exit of every level goes to the outermost monitor. A monitor in a guest executes the new instructions itself, and each of them exits: exits multiply again.

Hence "The Turtles Project: Design and Implementation of Nested Virtualization" (M. Ben-Yehuda et al., OSDI 2010). Its outermost monitor multiplexes the one level among all: from the control blocks of two levels it makes one, with which the innermost guest runs directly on the hardware. Page tables of several levels become one, too, devices can be assigned through all levels, and the inner monitor's control block can be read and written without exits. Common workloads were within 6 to 8 % of a single level.`,
      check: [],
    },
  ],
  more: 'ringlab bench --nesting; ringlab trace guests/minivisor/minivisor.s --guest guests/hello.s --monitor trap-and-emulate --only exits',
};
