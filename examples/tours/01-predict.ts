/** Lesson 1: which instructions of an x86-like machine are critical? Predict, then measure. */
import type { Classification } from '../../isa/classify/classify.ts';
import { describeWitness, evidenceOf } from '../../isa/classify/evidence.ts';
import { tellingWitness } from '../../isa/classify/format-text.ts';
import { formatProgram } from '../../isa/classify/program.ts';
import { namesOf } from '../../isa/classify/theorems.ts';
import { allRows } from '../../isa/table/table.ts';
import { type Variant, variantNamed, variantRows } from '../../isa/table/variants.ts';
import type { Answer, Claim, Tour } from '../desk.ts';
import type { Workbench } from '../workbench.ts';
import type { Work } from '../../isa/work.ts';

const variant = variantNamed('ring32-x') as Variant;
const system = allRows.filter(({ effect }) => effect.kind === 'system');
const place = { guest: 'guests/flags.s', isa: variant.name, monitor: 'trap-and-emulate' };

/** Each instruction on which prediction and measurement differ, with its evidence; then the score. */
function compared({ instructions }: Classification, { words }: Answer): readonly string[] {
  const critical = instructions.filter((one) => one.critical);
  const missed = critical.filter(({ name }) => !words.has(name));
  const wrong = instructions.filter((one) => !one.critical && words.has(one.name));
  return [
    `Measured: ${namesOf(critical).join(' ')}`,
    '',
    ...missed.map((one) => `missed   ${describeWitness(tellingWitness(one))}`),
    ...wrong.flatMap((one) => [
      `not      ${one.name}`,
      ...[...evidenceOf(one)].map(([what, why]) => `           ${what}: ${why}`),
    ]),
    '',
    `Found ${critical.length - missed.length} of ${critical.length}, and ${wrong.length} that are not.`,
  ];
}

/** Runs the program that shows why the instruction is critical. */
function* isShown(bench: Workbench, name: string): Work<unknown, boolean> {
  const { instructions } = yield* bench.classification(variant);
  const one = instructions.find((other) => other.name === name);
  if (one?.critical !== true) return false;
  const { status } = yield* bench.program('witness.s', formatProgram(tellingWitness(one), variant), variant);
  return status === 0;
}

export const tour: Tour = {
  number: 1,
  title: 'Lesson 1: predict the critical instructions of ring32-x',
  shows:
    'On an x86-like machine some instructions are sensitive and not privileged; for each of them a program shows it.',
  stops: [
    {
      say: `An instruction is critical if it is sensitive and not privileged. It is sensitive if it shows or changes something that a monitor must keep for itself. It is privileged if it traps outside ring 0.

These are the system instructions of Ring32:`,
      go: { view: 'classify', place },
      show: () => system.map(({ name, syntax, says }) => `  ${`${name} ${syntax}`.padEnd(16)}${says}`),
      check: [],
    },
    {
      say: 'On ring32-x some of them do not trap outside ring 0, as on the x86 before 2005.',
      ask: {
        text: 'Which of these are critical on ring32-x?',
        choices: system.map(({ name }) => name),
        many: true,
        answer: variantRows,
      },
      go: { view: 'classify', place },
      *show(bench, answer) {
        return compared(yield* bench.classification(variant), answer);
      },
      check: [
        {
          claim: `the ${variantRows.length} instructions whose privilege depends on the variant are critical, and no others`,
          *holds(bench) {
            return (
              (yield* bench.classification(variant)).theorem1.decidedBy.join() ===
              [...variantRows].sort().join()
            );
          },
        },
        ...[...variantRows].sort().map(
          (name): Claim => ({
            claim: `a program shows why ${name} is critical`,
            holds: (bench) => isShown(bench, name),
          }),
        ),
      ],
    },
  ],
  more: 'ringlab classify --isa ring32-x --witness setf -o w.s',
};
