/** Lesson 12: three acts. Trapping is right, then wrong; translating is right again. */
import type { Work } from '../../isa/work.ts';
import type { Tour } from '../desk.ts';
import { comparedIn, divergesAt, isEqual, printedIn, statusesIn } from '../evidence.ts';
import { translated, wordsFor } from '../translation.ts';
import type { Place, Workbench } from '../workbench.ts';

const guest = 'guests/interrupt-flag.s';
const on = (isa: string, monitor: string): Place => ({ guest, isa, monitor });
const bare = on('ring32-x', 'none');
const first = on('ring32-v', 'trap-and-emulate');
const second = on('ring32-x', 'trap-and-emulate');
const third = on('ring32-x', 'binary-translation');
const flags = ['getf', 'setf', 'cli'];
/** The step of the first getf: the one at which the second act diverges. */
const atGetf = 90;

/** Whether the guest ends in that place as on the bare machine. */
function* endsAlike(bench: Workbench, place: Place): Work<unknown, boolean> {
  const [alone, there] = yield* statusesIn(bench, bare, place);
  return alone === there;
}

/** The words that the instructions on flags became. */
function* flagWords(bench: Workbench): Work<unknown, readonly string[]> {
  const done = yield* translated(bench, guest);
  return flags.map(
    (name) =>
      `  ${name.padEnd(6)}${wordsFor(done, name)
        .map(({ assembly }) => assembly)
        .join(' | ')}`,
  );
}

function* exitsOfFlags(bench: Workbench): Work<unknown, number> {
  const { exits } = yield* translated(bench, guest);
  return flags.reduce((sum, name) => sum + (exits.get(`callout: ${name}`) ?? 0), 0);
}

const print = (...places: readonly Place[]) => ({
  *show(bench: Workbench) {
    return [
      ...(yield* printedIn(bench, ...places)),
      ...(places[0]?.monitor === 'none' ? [] : yield* comparedIn(bench, places[0] as Place)),
    ];
  },
});

export const tour: Tour = {
  number: 12,
  title: 'Lesson 12: three acts on one guest',
  shows:
    'Trap-and-emulate is right on ring32-v and wrong on ring32-x; binary translation makes the same guest right again.',
  stops: [
    {
      say: `${guest} turns interrupts on by \`setf\`, and waits for a tick of its timer. Then it turns them off by \`cli\`, and asks by \`getf\` whether they are off. On the bare machine:`,
      go: { view: 'acts', place: first },
      ...print(bare),
      check: [],
    },
    {
      say: 'First act. Every sensitive instruction traps, and the monitor does what the instruction means.',
      go: { view: 'acts', place: first, step: 'end' },
      ...print(first),
      check: [
        {
          claim: 'where all of them trap, trap-and-emulate is right at every step',
          *holds(bench) {
            return (yield* endsAlike(bench, first)) && (yield* isEqual(bench, first));
          },
        },
      ],
    },
    {
      say: 'Second act. On ring32-x `getf` and `setf` do not trap, as PUSHF and POPF did not on the x86.',
      ask: {
        text: 'Will a tick come?',
        choices: ['yes', 'no'],
        answer: 'no',
        right: 'As you said.',
        wrong: 'None came: the setf did not trap, so the monitor does not know that interrupts are on.',
      },
      go: { view: 'acts', place: second, step: 'divergence' },
      mark: ['t0'],
      ...print(second),
      check: [
        {
          claim: 'the guest ends otherwise than on the bare machine',
          *holds(bench) {
            return !(yield* endsAlike(bench, second));
          },
        },
        {
          claim: 'the first step that differs is an instruction that did not trap',
          holds: (bench) => divergesAt(bench, second, 'getf'),
        },
      ],
    },
    {
      say: 'Third act. The monitor waits for no trap. It translates the guest, and runs the translation.',
      ask: {
        text: 'How many exits to the monitor do its getf, setf and cli cause now?',
        within: 0,
        answer: '0',
        right: 'None, as you said.',
        wrong: 'None: they became loads and stores of a save area.',
      },
      go: { view: 'acts', place: third, step: atGetf },
      mark: ['t0'],
      ...print(third),
      check: [
        {
          claim: 'the same guest is right again where trap-and-emulate was wrong',
          *holds(bench) {
            return (yield* endsAlike(bench, third)) && (yield* isEqual(bench, third));
          },
        },
      ],
    },
    {
      say: 'This is what the three instructions became:',
      go: { view: 'translation', place: third, step: atGetf },
      show: flagWords,
      check: [
        {
          claim: 'its flags cost no exit at all',
          *holds(bench) {
            return (yield* exitsOfFlags(bench)) === 0;
          },
        },
      ],
    },
  ],
  more: `ringlab translate ${guest} --isa ring32-x`,
};
