/** Lesson 15: Theorem 2 before your eyes: a monitor whose machine is another monitor's guest. */
import { variantNamed, type Variant } from '../../isa/table/variants.ts';
import type { Work } from '../../isa/work.ts';
import type { Tour } from '../desk.ts';
import { comparedIn, divergesAt, exitsIn, isEqual } from '../evidence.ts';
import { inTurn, type Place, type Workbench } from '../workbench.ts';

const kernel = 'guests/kernel/mini.s';
const once = 'trap-and-emulate';
const twice = `${once}/${once}`;

const onV = (monitor: string): Place => ({ guest: kernel, isa: 'ring32-v', monitor });
const onX = (monitor: string): Place => ({ guest: 'guests/flags.s', isa: 'ring32-x', monitor });
/** The guest whose ring 0 goes to ring 1 by `retf`, which does not trap on ring32-h. */
const onH = (monitor: string): Place => ({ guest: 'guests/retf-ring1.s', isa: 'ring32-h', monitor });

const translated: Place = { ...onX('binary-translation/binary-translation'), translateUser: true };

function* comparedInAll(bench: Workbench, places: readonly Place[]): Work<unknown, readonly string[]> {
  return (yield* inTurn(places, (place) => comparedIn(bench, place))).flat();
}

/** The verdict of Theorem 2 for the variant of a place, and whether its guest is equal there. */
function* verdictAndMeasured(bench: Workbench, place: Place): Work<unknown, readonly [boolean, boolean]> {
  const { theorem2 } = yield* bench.classification(variantNamed(place.isa) as Variant);
  return [theorem2.holds, yield* isEqual(bench, place)];
}

const measured = [onV(twice), onX(twice), onH(twice)];

const inStacks = [once, twice].map(
  (monitor): Place => ({ guest: 'guests/timer.s', isa: 'ring32-v', monitor }),
);

export const tour: Tour = {
  number: 15,
  title: 'Lesson 15: Theorem 2 before your eyes',
  shows:
    'A monitor runs on the guest of another monitor as on a machine, exactly where the machine can be virtualized at all.',
  stops: [
    {
      say: `A monitor needs a machine on which it is told of every trap. ${kernel} is a kernel with processes and page tables; its monitor is trap-and-emulate on the real machine, ring32-v.`,
      go: { view: 'machine', place: onV(once), step: 'end' },
      show: (bench) => comparedIn(bench, onV(once)),
      check: [{ claim: 'the kernel is equal at every step', holds: (bench) => isEqual(bench, onV(once)) }],
    },
    {
      say: 'That monitor makes a virtual machine. Now let the guest of this virtual machine be a second monitor, and the kernel its guest. Both monitors are the same code. Popek and Goldberg, 1974, Theorem 2: a machine is recursively virtualizable if it is virtualizable, and a monitor without timing dependencies can be built for it.',
      ask: {
        text: 'TIME is a system register that counts steps. Will the kernel under two monitors differ from the bare machine at some step?',
        choices: ['yes', 'no'],
        answer: 'no',
        right:
          'As you said, it does not: reading TIME traps, and each monitor answers with the steps of its own guest.',
        wrong: 'It does not: reading TIME traps, and each monitor answers with the steps of its own guest.',
      },
      show: (bench) => comparedInAll(bench, [onV(twice), onV(`${twice}/${once}`)]),
      check: [
        {
          claim: 'under two monitors it is equal at every step',
          holds: (bench) => isEqual(bench, onV(twice)),
        },
        {
          claim: 'under three, too',
          holds: (bench) => isEqual(bench, onV(`${twice}/${once}`)),
        },
      ],
    },
    {
      say: 'On ring32-x some sensitive instructions do not trap. There trap-and-emulate is wrong, alone and in a stack. Below it we now put an interpreter, which is right on every machine: the machine that it makes is a correct ring32-x.',
      ask: {
        text: 'Is trap-and-emulate right on the machine that the interpreter makes?',
        choices: ['yes', 'no'],
        answer: 'no',
        right: 'As you said: what is wrong on a real ring32-x is wrong on a virtual one.',
        wrong: 'It is not: what is wrong on a real ring32-x is wrong on a virtual one.',
      },
      go: { view: 'machine', place: onX(once), step: 'divergence' },
      show: (bench) => comparedInAll(bench, [onX(once), onX(`interpret/${once}`)]),
      check: [
        {
          claim: 'both diverge at the same instruction, sring',
          *holds(bench) {
            const alone = yield* divergesAt(bench, onX(once), 'sring');
            return alone && (yield* divergesAt(bench, onX(`interpret/${once}`), 'sring'));
          },
        },
        {
          claim: 'and after the same number of steps',
          *holds(bench) {
            const [alone, above] = yield* inTurn([onX(once), onX(`interpret/${once}`)], (place) =>
              bench.compare(place),
            );
            return alone?.steps === above?.steps;
          },
        },
      ],
    },
    {
      say: 'The condition is sufficient, not necessary. Binary translation needs no Theorem 1, if it translates user code, too. So it can be stacked where the theorem does not say so.',
      show: (bench) => comparedIn(bench, translated),
      check: [
        {
          claim: 'translation on translation is equal at every step on ring32-x',
          holds: (bench) => isEqual(bench, translated),
        },
      ],
    },
    {
      say: 'The classifier derives the verdict of Theorem 2 from the instructions alone: it runs no monitor. Beside it stands what two monitors on each other did, on three machines.',
      *show(bench) {
        const rows = yield* inTurn(measured, (place) => verdictAndMeasured(bench, place));
        return measured.map(({ isa, guest }, n) => {
          const [holds, equal] = rows[n] ?? [];
          return `${isa}: Theorem 2 ${holds ? 'holds' : 'does not hold'}; ${guest} under ${twice} ${equal ? 'is equal' : 'diverges'}`;
        });
      },
      check: measured.map((place) => ({
        claim: `on ${place.isa} the verdict and the measurement agree`,
        *holds(bench: Workbench) {
          const [verdict, equal] = yield* verdictAndMeasured(bench, place);
          return verdict === equal;
        },
      })),
    },
    {
      say: 'These monitors are TypeScript, so what the inner one does for its guest does not trap. In lesson 16 a monitor that is Ring32 code itself takes its place.',
      *show(bench) {
        const counts = yield* inTurn(inStacks, (place) => exitsIn(bench, place));
        return inStacks.map(
          ({ guest, monitor }, n) => `${guest} under ${monitor}: ${counts[n]} exits to the outermost monitor`,
        );
      },
      check: [
        {
          claim: 'the outermost of two monitors has no more exits than one alone',
          *holds(bench) {
            const [alone, outermost] = yield* inTurn(inStacks, (place) => exitsIn(bench, place));
            return alone === outermost;
          },
        },
      ],
    },
  ],
  more: `ringlab compare ${kernel} --with ${twice}/${once}; ringlab trace guests/hello.s --monitor ${twice} --only exits`,
};
