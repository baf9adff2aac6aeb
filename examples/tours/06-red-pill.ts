/** Lesson 6: the red pill. Can a user program tell whether its machine is real? */
import type { Claim, Tour } from '../desk.ts';
import { comparedIn, divergesAt, isEqual, printedIn, statusesIn } from '../evidence.ts';
import type { Place } from '../workbench.ts';

const guest = 'guests/red-pill.s';
const on = (isa: string, monitor: string): Place => ({ guest, isa, monitor });
const hybrid = on('ring32-x', 'hybrid');
const sound = on('ring32-v', 'trap-and-emulate');

/** The claim that the program ends with that status in that place: 0 for a real machine, 1 for a monitor found. */
const ends = (claim: string, place: Place, status: number): Claim => ({
  claim,
  *holds(bench) {
    return (yield* statusesIn(bench, place))[0] === status;
  },
});

export const tour: Tour = {
  number: 6,
  title: 'Lesson 6: the red pill',
  shows:
    'On ring32-x a program in ring 3 detects the monitor by one instruction, under hybrid too; on ring32-v it cannot.',
  stops: [
    {
      say: `In 2004 Joanna Rutkowska showed a program of one instruction, SIDT, that tells without any privilege whether it runs inside a monitor. On Ring32 that instruction is \`svec\`, executed in ring 3.

${guest} makes a system call, so it knows that somebody handles traps. Then it asks where the handler is.`,
      ask: {
        text: 'Under which monitors does it find the monitor on ring32-x?',
        choices: ['trap-and-emulate', 'hybrid', 'interpret'],
        many: true,
        answer: ['trap-and-emulate', 'hybrid'],
        right: 'You are right about all three.',
        wrong: 'Under trap-and-emulate and hybrid: the program is in ring 3, which both run directly.',
      },
      go: { view: 'machine', place: hybrid, step: 'divergence' },
      show: (bench) =>
        printedIn(
          bench,
          on('ring32-x', 'none'),
          on('ring32-x', 'trap-and-emulate'),
          hybrid,
          on('ring32-x', 'interpret'),
        ),
      check: [
        ends('it takes the bare machine for a real one', on('ring32-x', 'none'), 0),
        ends('it finds trap-and-emulate', on('ring32-x', 'trap-and-emulate'), 1),
        ends('it finds hybrid: svec is user-sensitive, so Theorem 3 does not hold either', hybrid, 1),
        ends('it does not find a machine made of software only', on('ring32-x', 'interpret'), 0),
      ],
    },
    {
      say: 'Step by step under hybrid:',
      go: { view: 'machine', place: hybrid, step: 'divergence' },
      show: (bench) => comparedIn(bench, hybrid),
      check: [{ claim: 'svec gives the monitor away', holds: (bench) => divergesAt(bench, hybrid, 'svec') }],
    },
    {
      say: 'Where `svec` traps, the program gets no answer, on a real machine as under a monitor:',
      go: { view: 'machine', place: sound, step: 'end' },
      *show(bench) {
        return [
          ...(yield* printedIn(bench, on('ring32-v', 'none'), sound)),
          ...(yield* comparedIn(bench, sound)),
        ];
      },
      check: [
        {
          claim: 'on ring32-v it sees the same in both',
          *holds(bench) {
            return (yield* statusesIn(bench, on('ring32-v', 'none'), sound)).join() === '2,2';
          },
        },
        { claim: 'and everything is equal at every step', holds: (bench) => isEqual(bench, sound) },
      ],
    },
    {
      say: "That is equivalence, Popek and Goldberg's first property. It says nothing about clocks on the wall.",
      check: [],
    },
  ],
};
