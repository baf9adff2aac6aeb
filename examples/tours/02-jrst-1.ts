/** Lesson 2: the PDP-10. One instruction forbids a monitor by Theorem 1, and allows one by Theorem 3. */
import type { Work } from '../../isa/work.ts';
import type { InstructionClass } from '../../isa/classify/classify.ts';
import { describeWitness } from '../../isa/classify/evidence.ts';
import { type Variant, variantNamed } from '../../isa/table/variants.ts';
import type { Tour } from '../desk.ts';
import { printedIn, statusesIn } from '../evidence.ts';
import type { Workbench } from '../workbench.ts';

const guest = 'examples/02-jrst-1.s';
const variant = variantNamed('ring32-h') as Variant;
const sound = { guest, isa: 'ring32-v', monitor: 'none' };
const pdp10 = { guest, isa: 'ring32-h', monitor: 'none' };
const scene = { view: 'classify', place: pdp10 } as const;

function* retf(bench: Workbench): Work<unknown, InstructionClass | undefined> {
  return (yield* bench.classification(variant)).instructions.find(({ name }) => name === 'retf');
}

function* why(bench: Workbench): Work<unknown, readonly string[]> {
  const witness = (yield* retf(bench))?.witnesses.get('supervisor');
  return witness === undefined ? [] : [`  ${describeWitness(witness)}`];
}

function* holds(bench: Workbench, theorem: 'theorem1' | 'theorem3'): Work<unknown, boolean> {
  return (yield* bench.classification(variant))[theorem].holds;
}

export const tour: Tour = {
  number: 2,
  title: 'Lesson 2: JRST 1, or why the PDP-10 could have a hybrid monitor only',
  shows:
    'On ring32-h `retf` alone is critical; it is not user-sensitive, so Theorem 1 fails and Theorem 3 holds.',
  stops: [
    {
      say: 'The instruction JRST 1 of the PDP-10 jumps and enters user mode. In user mode it only jumps. It never traps. On ring32-h, `retf` is like it: it goes to a ring of the same or less privilege, and does not trap. Every other sensitive instruction of ring32-h traps.',
      ask: {
        text: 'Does Theorem 1 hold, so that a trap-and-emulate monitor can be built for ring32-h?',
        choices: ['yes', 'no'],
        answer: 'no',
        right: 'As you said: Theorem 1 does not hold.',
        wrong: 'It does not hold: Theorem 1 wants every sensitive instruction to trap.',
      },
      go: scene,
      show: why,
      check: [
        {
          claim: 'retf alone is critical',
          *holds(bench) {
            return (yield* bench.classification(variant)).theorem1.decidedBy.join() === 'retf';
          },
        },
        {
          claim: 'Theorem 1 does not hold',
          *holds(bench) {
            return !(yield* holds(bench, 'theorem1'));
          },
        },
      ],
    },
    {
      say: 'Theorem 3 is about hybrid monitors. A hybrid monitor interprets everything that the guest does in its supervisor mode, and runs only its user mode directly.',
      ask: {
        text: 'Does Theorem 3 hold, so that a hybrid monitor can be built?',
        choices: ['yes', 'no'],
        answer: 'yes',
        right: 'As you said: Theorem 3 holds.',
        wrong:
          'It holds: no instruction that runs directly, in user mode, is sensitive there without a trap.',
      },
      go: scene,
      check: [
        {
          claim: 'retf is sensitive in virtual supervisor mode',
          *holds(bench) {
            return (yield* retf(bench))?.supervisorSensitive === true;
          },
        },
        {
          claim: 'in virtual user mode it is not: there it does what it should',
          *holds(bench) {
            return (yield* retf(bench))?.userSensitive === false;
          },
        },
        { claim: 'Theorem 3 holds', holds: (bench) => holds(bench, 'theorem3') },
      ],
    },
    {
      say: `${guest} has a little monitor and its guest in one file. The guest's kernel is in virtual ring 0, which is real ring 1. It starts a user program by \`retf\`. The monitor prints what it hears of that. Here it is on two machines:`,
      go: { view: 'machine', place: pdp10, step: 'end' },
      show: (bench) => printedIn(bench, sound, pdp10),
      check: [
        {
          claim: 'on ring32-v the monitor hears of it',
          *holds(bench) {
            return (yield* statusesIn(bench, sound))[0] === 1;
          },
        },
        {
          claim: 'on ring32-h the monitor hears nothing',
          *holds(bench) {
            return (yield* statusesIn(bench, pdp10))[0] === 0;
          },
        },
      ],
    },
    {
      say: 'So a monitor for ring32-h interprets all of virtual ring 0, and never executes its `retf` directly.',
      go: scene,
      check: [],
    },
  ],
};
