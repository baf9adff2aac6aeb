/**
 * Exits to the outermost monitor with minivisors between it and a guest. They are written down here because the laboratory
 * page has no minivisor. test/bench/nesting.test.ts compares the counts with those of `ringlab bench --nesting`, and the list of
 * instructions with a run.
 */

/** The guests of which exits were counted, files of guests/. */
export const nestedGuests = ['hello.s', 'flags.s', 'timer.s'] as const;
export type NestedGuest = (typeof nestedGuests)[number];

/** Exits to the outermost monitor with 0, 1, 2 and 3 minivisors, by its strategy and the guest. */
export const exitsByDepth: Readonly<Record<string, Readonly<Record<NestedGuest, readonly number[]>>>> = {
  'trap-and-emulate': {
    'hello.s': [19, 394, 6691, 114_240],
    'flags.s': [207, 3508, 56_621, 913_226],
    'timer.s': [542, 9040, 147_156, 2_391_145],
  },
  hybrid: {
    'hello.s': [0, 24, 400, 6703],
    'flags.s': [10, 212, 3514, 56_633],
    'timer.s': [0, 547, 9046, 147_168],
  },
  'binary-translation': {
    'hello.s': [22, 402, 3785, 53_282],
    'flags.s': [185, 1723, 22_663, 353_057],
    'timer.s': [256, 4755, 69_549, 1_081_055],
  },
};

/** The instructions that exit to trap-and-emulate for one `out` of a guest of minivisor, in their order, and what each part is for. */
export const exitsOfOne: readonly (readonly [part: string, instructions: readonly string[]])[] = [
  ['the guest', ['out']],
  [
    'what happened?',
    ['mts SCRATCH0', 'mfs TIME', 'mfs SCRATCH0', 'mfs ESTATUS', 'mfs EPC', 'mfs ECAUSE', 'mfs EVAL'],
  ],
  ['for the guest', ['out']],
  [
    'to the guest',
    ['mts EPC', 'mts ESTATUS', 'mts ERBASE', 'mts ERBOUND', 'mts LIMIT', 'mfs TIME', 'mts TIMER', 'iret'],
  ],
];

/** Exits to trap-and-emulate before minivisor enters its guest for the first time. */
export const exitsAtStart = 71;
