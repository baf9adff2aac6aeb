/** Lesson 14: code that changes code, while a translation of it runs. */
import type { Work } from '../../isa/work.ts';
import type { Tour } from '../desk.ts';
import { comparedIn, isEqual, printedIn } from '../evidence.ts';
import { type Translated, translated } from '../translation.ts';
import type { Workbench } from '../workbench.ts';

const guest = 'guests/self-modifying.s';
const place = { guest, isa: 'ring32-x', monitor: 'binary-translation' };
const bare = { ...place, monitor: 'none' };

/** The first events that have to do with units given up. */
function eventLines({ events, symbols }: Translated, count: number): readonly string[] {
  const from = events.findIndex(({ kind }) => kind === 'invalidated');
  const what = { unit: 'translated', invalidated: 'given up', chain: 'chained at' } as const;
  const lines = events.slice(Math.max(0, from - 3)).slice(0, count);
  return [
    ...lines.flatMap(({ kind, pc, at, step }) => {
      if (kind !== 'unit' && kind !== 'invalidated' && kind !== 'chain') return [];
      const where = symbols.describe(pc).padEnd(12);
      return [
        `  step ${String(step).padStart(4)}  ${where} ${what[kind].padEnd(11)} cache 0x${at.toString(16)}`,
      ];
    }),
    '  …',
  ];
}

/** How often the unit of the instruction at `step` was given up. */
function timesGivenUp({ events, symbols }: Translated): number {
  const step = symbols.address('step') ?? 0;
  return events.filter(({ kind, pc }) => kind === 'invalidated' && pc <= step && step < pc + 48).length;
}

function* traceHits(bench: Workbench): Work<unknown, number> {
  return (yield* translated(bench, guest)).exits.get('shadow: trace hit') ?? 0;
}

export const tour: Tour = {
  number: 14,
  title: 'Lesson 14: self-modifying code under translation',
  shows:
    'A store to code that was translated is traced: the translations of those words are dropped, and what was written is translated anew.',
  stops: [
    {
      say: `${guest} rewrites its own instructions in four ways. On the bare machine:`,
      go: { view: 'machine', place, step: 'end' },
      show: (bench) => printedIn(bench, bare),
      check: [
        {
          claim: 'it ends with status 0: all four ways do what they should',
          *holds(bench) {
            return (yield* bench.run(bare)).status === 0;
          },
        },
      ],
    },
    {
      say: 'Under translation the guest never executes its own code, only translations of it. But what it stores goes to its own code. Its first part rewrites an instruction in each of ten rounds of a loop, right after executing it.',
      ask: {
        text: 'How often is the translation of that instruction given up?',
        within: 0,
        answer: '10',
        right: 'Ten times, as you said.',
        wrong: 'Ten times, once in every round.',
      },
      go: { view: 'translation', place, step: 126 },
      *show(bench) {
        return eventLines(yield* translated(bench, guest), 12);
      },
      check: [
        {
          claim: 'each of the ten stores gives the translation up',
          *holds(bench) {
            return timesGivenUp(yield* translated(bench, guest)) === 10;
          },
        },
        {
          claim: 'the guest prints what it printed on the bare machine',
          *holds(bench) {
            return (yield* translated(bench, guest)).printed === (yield* bench.run(bare)).printed;
          },
        },
      ],
    },
    {
      say: 'How does the monitor hear of the store? In the shadow page tables, a page that code was translated from may not be written: it is traced. The store faults, and the monitor does it for the guest.',
      ask: {
        text: 'The third part rewrites a loop of 20000 rounds once. Are there more than 100 trace hits?',
        choices: ['yes', 'no'],
        answer: 'no',
        right: 'As you said, there are not.',
        wrong: 'There are not: only stores to translated pages are traced.',
      },
      go: { view: 'translation', place, step: 'end' },
      *show(bench) {
        return [
          `${yield* traceHits(bench)} trace hits in all ${(yield* translated(bench, guest)).steps} steps.`,
        ];
      },
      check: [
        {
          claim: 'stores elsewhere cost nothing: there are at most 100 trace hits',
          *holds(bench) {
            return (yield* traceHits(bench)) <= 100;
          },
        },
        {
          claim: 'only what was written was given up',
          *holds(bench) {
            const { statistics } = yield* translated(bench, guest);
            return statistics.invalidated < statistics.units;
          },
        },
      ],
    },
    {
      say: 'And does the guest notice anything?',
      go: { view: 'machine', place, step: 'end' },
      show: (bench) => comparedIn(bench, place),
      check: [
        {
          claim: 'bare machine and translation are equal at every step',
          holds: (bench) => isEqual(bench, place),
        },
      ],
    },
  ],
  more: `ringlab trace ${guest} --isa ring32-x --monitor binary-translation --only exits`,
};
