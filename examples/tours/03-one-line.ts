/** Lesson 3: break ring32-v by one line of JSON, and watch the theorem fail. */
import type { Work } from '../../isa/work.ts';
import { sentences } from '../../isa/classify/verdicts.ts';
import { witnessProgram } from '../../isa/classify/witness-program.ts';
import { parseVariant, type Variant, variantNamed, variantRows } from '../../isa/table/variants.ts';
import { type Answer, chosen, type Question, type Tour } from '../desk.ts';
import { listed } from '../evidence.ts';
import { inTurn, type Workbench } from '../workbench.ts';

const own = 'examples/03-mine.json';
const sound = variantNamed('ring32-v') as Variant;
const scene = {
  view: 'classify',
  place: { guest: 'guests/flags.s', isa: 'ring32-v', monitor: 'none' },
} as const;

/** The variant in the file, checked. Throws VariantError. */
const mine = (bench: Workbench) => parseVariant(bench.text(own));

const question: Question = {
  text: 'Which theorems still hold for it?',
  choices: ['1', '2', '3'],
  many: true,
  answer: standing,
};

/** The numbers of the theorems that hold for the variant in the file. */
function* standing(bench: Workbench): Work<unknown, readonly string[]> {
  const { theorem1, theorem2, theorem3 } = yield* bench.classification(mine(bench));
  return [theorem1, theorem2, theorem3].flatMap(({ holds }, n) => (holds ? [String(n + 1)] : []));
}

function* verdicts(bench: Workbench, answer: Answer): Work<unknown, readonly string[]> {
  const lines: string[] = [];
  for (const variant of [sound, mine(bench)]) {
    lines.push(variant.name);
    for (const { theorem, holds, says } of sentences(yield* bench.classification(variant)))
      lines.push(`  ${theorem}: ${holds ? 'yes' : 'NO'}; ${says}`);
    lines.push('');
  }
  const [predicted, holding] = [chosen(question, answer), yield* standing(bench)];
  const right = question.choices?.filter((one) => predicted.includes(one) === holding.includes(one));
  return [...lines, `You are right about ${right?.length} of 3.`];
}

/** What the program prints that shows why the instruction is critical, and its exit status. */
function* witness(bench: Workbench, name: string) {
  const variant = mine(bench);
  const text = witnessProgram(yield* bench.classification(variant), name, variant, variant.name);
  return yield* bench.program('witness.s', text, variant);
}

/** The instructions of the list that are critical. */
function* broken(bench: Workbench): Work<unknown, readonly string[]> {
  const { theorem1 } = yield* bench.classification(mine(bench));
  return [...mine(bench).unprivileged].filter((name) => theorem1.decidedBy.includes(name));
}

function* witnesses(bench: Workbench): Work<unknown, readonly string[]> {
  const names = yield* broken(bench);
  const ends = yield* inTurn(names, (name) => witness(bench, name));
  return names.flatMap((name, n) => [
    `The witness of ${name} on ${mine(bench).name} prints:`,
    ...listed(ends[n]?.printed ?? ''),
  ]);
}

/** The theorems for each variant in which one name alone does not trap. */
function single(bench: Workbench) {
  return inTurn(variantRows, function* (name) {
    const one = { name: 'one', unprivileged: new Set([name]), cpuid: 255 };
    return { name, ...(yield* bench.classification(one)) };
  });
}

export const tour: Tour = {
  number: 3,
  title: 'Lesson 3: break ring32-v by one line',
  shows:
    'A variant is data: one name in its list of unprivileged instructions, and Theorem 1 fails by that name.',
  own,
  stops: [
    {
      say: 'A variant of Ring32 is data. ring32-v is { "name": "ring32-v", "unprivileged": [] }: no sensitive instruction is unprivileged, so all of them trap outside ring 0. This is your variant:',
      go: scene,
      show: (bench) => listed(bench.text(own)),
      check: [],
    },
    {
      say: 'The instructions in your list do not trap outside ring 0.',
      ask: question,
      go: scene,
      show: verdicts,
      check: [
        {
          claim: 'Theorem 1 fails by exactly the names in the list',
          *holds(bench) {
            return (
              (yield* bench.classification(mine(bench))).theorem1.decidedBy.join() ===
              [...mine(bench).unprivileged].sort().join()
            );
          },
        },
      ],
    },
    {
      say: 'A witness is a program that shows why an instruction is sensitive. It executes the instruction in two states that a guest must not be able to tell apart, and prints the result of each.',
      show: witnesses,
      check: [
        {
          claim: 'each witness shows two states that the program can tell apart',
          *holds(bench) {
            const names = yield* broken(bench);
            const ends = yield* inTurn(names, (name) => witness(bench, name));
            return ends.every(({ status }) => status === 0);
          },
        },
      ],
    },
    {
      say: `Now change the line "unprivileged". At the terminal, change your own copy of ${own} and give it as an argument; on the page, use the check boxes of the view Classify.

Which single names let Theorem 3 hold? For which does it fail, and why?`,
      go: scene,
      check: [
        {
          claim: 'each of these names alone makes Theorem 1 fail, by that name',
          *holds(bench) {
            return (yield* single(bench)).every(({ name, theorem1 }) => theorem1.decidedBy.join() === name);
          },
        },
        {
          claim: 'with some of them Theorem 3 still holds, with others it does not',
          *holds(bench) {
            return new Set((yield* single(bench)).map(({ theorem3 }) => theorem3.holds)).size === 2;
          },
        },
      ],
    },
  ],
};
