/** Lesson 13: a translation, read word by word. */
import type { Tour } from '../desk.ts';
import { listed } from '../evidence.ts';
import { translated, unitsFrom, wordsFor, type Translated } from '../translation.ts';

const guest = 'examples/13-worth-reading.s';
const place = { guest, isa: 'ring32-x', monitor: 'binary-translation' };
const names = ['getf', 'cli', 'addi', 'mts', 'setf', 'bne', 'ret'];

/** The only word that the first instruction of that name was translated to; undefined if there are more. */
function only(done: Translated, name: string) {
  const [word, ...more] = wordsFor(done, name);
  return more.length === 0 ? word : undefined;
}

export const tour: Tour = {
  number: 13,
  title: 'Lesson 13: a translation that is worth reading',
  shows:
    'Most instructions are copied, sensitive ones become loads and stores, and a return costs most: guest registers hold guest addresses.',
  stops: [
    {
      say: 'A monitor translates this guest:',
      go: { view: 'translation', place },
      show: (bench) => listed(bench.text(guest)),
      check: [],
    },
    {
      say: 'The translation runs in ring 1, so nothing sensitive may be left in it. Below, the guest is on the left, and what runs instead is on the right.',
      ask: {
        text: 'Which of its instructions takes the most words?',
        choices: names,
        answer: 'ret',
        right: 'It is ret, as you said.',
        wrong: 'It is ret, by far.',
      },
      go: { view: 'translation', place, step: 'end' },
      *show(bench) {
        return unitsFrom(yield* translated(bench, guest), 'count', 4);
      },
      check: [
        {
          claim: 'an innocuous instruction is copied as it is',
          *holds(bench) {
            return only(yield* translated(bench, guest), 'addi')?.kind === 'identical';
          },
        },
        {
          claim: 'cli, setf and mts are one store each, to where the virtual CPU has its flags and SCRATCH0',
          *holds(bench) {
            const done = yield* translated(bench, guest);
            return (
              ['cli', 'setf', 'mts'].map((name) => only(done, name)?.note).join() === 'FLAGS,FLAGS,SCRATCH0'
            );
          },
        },
        {
          claim: 'a branch goes to the translation of its target',
          *holds(bench) {
            return wordsFor(yield* translated(bench, guest), 'bne').every(
              ({ kind }) => kind === 'chained' || kind === 'stub',
            );
          },
        },
        {
          claim: 'out is left to the monitor: a word that traps',
          *holds(bench) {
            return only(yield* translated(bench, guest), 'out')?.kind === 'callout';
          },
        },
      ],
    },
    {
      say: 'A return goes to an address in a register, and that is an address of the guest: the guest may look at it. So the translation must look up where the translation of that address is.',
      go: { view: 'translation', place, step: 'end' },
      check: [
        {
          claim: 'a return takes more words than any other instruction',
          *holds(bench) {
            const done = yield* translated(bench, guest);
            const others = names.filter((name) => name !== 'ret').map((name) => wordsFor(done, name).length);
            return wordsFor(done, 'jalr').length > Math.max(...others);
          },
        },
        {
          claim: 'the calls left guest addresses in ra',
          *holds(bench) {
            const { targets } = (yield* translated(bench, guest)).listing;
            return targets.length === 2 && targets.every(({ target }) => target < 0x20000);
          },
        },
      ],
    },
    {
      say: 'Some instructions take several words now. But a guest can read its TIME, which counts its steps.',
      ask: {
        text: 'By how many steps is its TIME ahead, at the end, of that on the bare machine?',
        within: 0,
        answer: '0',
        right: 'By none, as you said.',
        wrong: 'By none.',
      },
      go: { view: 'machine', place, step: 'end' },
      *show(bench) {
        return [
          `On the bare machine: ${(yield* bench.run({ ...place, monitor: 'none' })).steps} steps.`,
          `Under translation: ${(yield* translated(bench, guest)).steps} steps.`,
          'Each sequence counts in tp what it takes beyond one step, and the monitor subtracts it.',
        ];
      },
      check: [
        {
          claim: 'the guest makes as many steps under translation as on the bare machine',
          *holds(bench) {
            return (
              (yield* translated(bench, guest)).steps ===
              (yield* bench.run({ ...place, monitor: 'none' })).steps
            );
          },
        },
      ],
    },
  ],
  more: `ringlab translate ${guest} --isa ring32-x --json`,
};
