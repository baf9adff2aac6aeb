/**
 * Random guests that make calls to the monitor: random programs (test/property/program.ts) with calls over some of their code. Lists,
 * texts and rings are where the program has its data, its tables and its code, or where nothing is.
 */
import { MOST } from '../../../isa/machine/paravirtual/calls.ts';
import { STATUS } from '../../../isa/table/sysregs.ts';
import { randomProgram } from '../../property/generate.ts';
import { codeAt, layout, memorySize, type Program, word } from '../../property/program.ts';
import { Random } from '../../property/random.ts';

const { dataAt, rootAt, tableAt, handlerAt } = layout;

/** The words of `li rd, value`. */
function li(rd: number, value: number): number[] {
  const low = (value << 20) >> 20;
  const high = (value - low) | 0;
  return high === 0
    ? [word('addi', { rd, imm: low })]
    : [word('lui', { rd, imm: high }), word('addi', { rd, rs1: rd, imm: low })];
}

/** Stores words from `at` on. Changes t0 and t1. */
function put(at: number, words: readonly number[]): number[] {
  return words.flatMap((value, n) => [...li(6, value), ...li(5, at + 4 * n), word('sw', { rs1: 5, rs2: 6 })]);
}

const [a0, a7] = [10, 17];

/** A call with arguments. */
function callWords(number: number, args: readonly number[]): number[] {
  return [...args.flatMap((value, n) => li(a0 + n, value)), ...li(a7, number), word('vmcall')];
}

/** Pages that a guest names. */
const pages = [
  dataAt,
  dataAt + 0x1000,
  dataAt + 0x3000,
  dataAt + 0x7000,
  rootAt,
  tableAt,
  codeAt & -4096,
  0x1e000,
  0x1f000,
];
const bad = [0, memorySize, memorySize - 4, 0xfffff000, 0xfffffffc, 0x80000000, dataAt + 1, dataAt + 0xffe];

const page = (random: Random) => (random.oneIn(8) ? random.pick(bad) : random.pick(pages));
const place = (random: Random) =>
  random.oneIn(6) ? random.pick(bad) : random.pick(pages) + 4 * random.below(1024);
const count = (random: Random, most: number) =>
  random.oneIn(10) ? random.pick([most, most + 1, -1, 2 ** 31]) : random.below(4);

/** A word for a page table: a page with rights, a table, or anything. */
function entry(random: Random): number {
  if (random.oneIn(5)) return random.word();
  const rights = random.pick([0x1f, 0x1f, 0xf, 0x7f, 0x13, 1, 0]);
  return (random.below(random.oneIn(8) ? 64 : 32) << 12) | rights;
}

/** An update: of an entry of the guest's tables in most cases. */
function update(random: Random): number[] {
  const at = random.pick([rootAt, tableAt, tableAt, tableAt]) + 4 * random.below(32);
  return [random.oneIn(5) ? place(random) : at + (random.oneIn(6) ? 1 : 0), entry(random)];
}

function list(
  random: Random,
  item: (random: Random) => number[],
): { readonly words: number[]; readonly args: number[] } {
  const at = dataAt + 0x40 + 4 * random.below(8);
  const items = Array.from({ length: random.below(4) }, () => item(random));
  const length = random.oneIn(6) ? count(random, MOST.UPDATES) : items.length;
  return { words: put(at, items.flat()), args: [random.oneIn(8) ? place(random) : at, length] };
}

const ringPage = dataAt + 0x3000;

/** Requests for the disk ring, and PUT. */
function requests(random: Random): number[] {
  const sectors = Array.from({ length: random.below(3) }, (_, n) =>
    put(ringPage + 16 + 16 * n, [random.below(10), place(random), random.pick([1, 1, 2, 2, 3])]),
  );
  return [...sectors.flat(), ...put(ringPage, [random.oneIn(6) ? random.word() : sectors.length])];
}

/** One call of each kind, by its number, with what it needs before it. */
const makers: readonly ((random: Random) => number[])[] = [
  () => callWords(0, []),
  (random) => callWords(1, [place(random), count(random, MOST.BYTES)]),
  (random) => {
    const { words, args } = list(random, update);
    return [...words, ...callWords(2, args)];
  },
  (random) => callWords(3, [random.oneIn(3) ? page(random) : rootAt]),
  (random) => callWords(4, [random.pick([0, 1, 3, 20, 100, random.word()])]),
  (random) => [...callWords(4, [1 + random.below(30)]), ...callWords(5, [])],
  (random) => callWords(6, [random.pick([0, 1, 1, 2, -1])]),
  (random) => callWords(7, [random.pick([ringPage, ringPage, 0, page(random)])]),
  (random) => [
    ...callWords(7, [ringPage]),
    ...requests(random),
    ...callWords(8, [random.oneIn(4) ? page(random) : ringPage]),
  ],
  (random) => callWords(9, [page(random), count(random, 127), random.below(16)]),
  (random) => [
    ...callWords(9, [0x1f000, random.below(6), random.below(16)]),
    ...callWords(10, [random.pick([0x1f000, 0x1f000, page(random)])]),
  ],
  (random) => {
    // Most pages are mapped; with their entries away, they can be given back.
    const given = random.pick([dataAt + 0x7000, 0x1e000, 0x1f000]);
    const unmap = [...put(dataAt, [tableAt + 4 * (given >>> 12), 0]), ...callWords(2, [dataAt, 1])];
    const { words, args } = list(random, () => [random.oneIn(2) ? given : page(random)]);
    const again = random.oneIn(2) ? put(dataAt, [tableAt + 4 * (given >>> 12), given | 0x7f]) : [];
    return [
      ...unmap,
      ...words,
      ...callWords(11, args),
      ...again,
      ...(random.oneIn(2) ? [...li(5, given), word('lw', { rd: 6, rs1: 5 })] : []),
    ];
  },
  (random) => {
    const { words, args } = list(random, () => [
      random.pick([dataAt + 0x7000, 0x1e000, 0x1f000, page(random)]),
    ]);
    return [...words, ...callWords(12, args)];
  },
];

/** Case `n` of `seed`. */
export function callingProgram(seed: number, n: number): Program {
  const random = new Random(seed ^ 0xca11, n);
  const program = randomProgram(seed, n);
  const calls = Array.from({ length: 1 + random.below(5) }, () => random.pick(makers)(random)).flat();
  const after = program.code.slice(0, random.below(12));
  // The code from handlerAt on is the handler.
  const code = [
    ...calls,
    ...after,
    ...Array.from({ length: 2 }, () => random.pick(makers)(random)).flat(),
    ...program.code,
  ].slice(0, (handlerAt - codeAt) / 4 - 1);
  const status = random.oneIn(5) ? program.status : program.status & ~STATUS.RING;
  const slices = Array.from({ length: 6 }, () => 1 + random.below(random.pick([4, 20, 80])));
  return { ...program, code, status, slices: random.oneIn(4) ? [...slices, 1100, 1100] : slices };
}
