/**
 * Hostile guests: random programs (test/property/program.ts) in a state that no honest
 * guest is in, with instructions among theirs that make it worse.
 *
 *     0x1d000  a page table; its last entries are for the top of the address space
 *     0x1e000, 0x1f000  two root tables, each of whose entries may point anywhere
 */
import { SR } from '../../isa/table/sysregs.ts';
import { encode, type FieldValues, rowNamed } from '../../isa/table/table.ts';
import { hex } from '../../isa/table/disassemble.ts';
import { randomProgram } from '../property/generate.ts';
import { formatProgram } from '../property/print.ts';
import { codeAt, layout, memorySize, type Program } from '../property/program.ts';
import { Random } from '../property/random.ts';

const PAGE = 4096;
const { tableAt } = layout;
const roots = [tableAt + PAGE, tableAt + 2 * PAGE] as const;
/** First address of the region that the monitor keeps for itself. */
const compressed = 0xffc00000;
const rights = 0x1f;

function word(name: string, values: FieldValues = {}): number {
  const row = rowNamed(name);
  if (row === undefined) throw new Error(`no instruction ${name}`);
  return encode(row, values);
}

/** Page-table bases: honest ones, tables taken for roots, the edge of memory, beyond it. */
const bases = [
  ...roots.map((at) => at | 1),
  ...roots.map((at) => at | 1),
  tableAt | 1,
  layout.rootAt | 1,
  codeAt | 1,
  (memorySize - PAGE) | 1,
  memorySize | 1,
  0xfffff001,
  0x80000001,
  0,
];

/** Addresses where something begins or ends. */
const edges = [
  0,
  0x7ff,
  0xffe,
  tableAt - 2,
  0x3ffffe,
  0x400000,
  0x7ffffffe,
  0x80000000,
  memorySize - 512,
  memorySize - 2,
  memorySize,
  compressed - 2,
  compressed,
  compressed + 0x8000,
  0xfffff000,
  0xfffff7fe,
  0xfffffffc,
  0xfffffffe,
  0xffffffff,
];

/** Registers, as random guests use them: x18 to x23 addresses, x1 x24 x25 code, x26 to x28 for the system, x13 to x17 to be stored. */
const addresses = [18, 19, 20, 21, 22, 23];
const pointers = [1, 24, 25];
const odd = [26, 27, 28];

/** Case `n` of `seed`. */
export function hostileProgram(seed: number, n: number): Program {
  const random = new Random(seed ^ 0x5eed, n);
  const program = randomProgram(seed, n);
  const hostile = {
    ...program,
    code: spiked(random, program.code),
    handler: handler(random, program.handler),
    entries: tables(random, program.entries),
    x: registers(random, program.x),
    status: random.oneIn(3) ? program.status : (program.status & ~3) | random.pick([0, 0, 1, 4, 7]),
    system: [...program.system, ...system(random)],
    slices: slices(random),
  };
  return random.oneIn(8) ? withDisk(random, hostile) : hostile;
}

/** The same beginning, in ring 0, with DMA to or from its tables, its code, the end of memory, or beyond. */
function withDisk(random: Random, program: Program): Program {
  const where = [
    layout.dataAt,
    tableAt,
    roots[0],
    codeAt,
    memorySize - 512,
    memorySize - 511,
    memorySize,
    0xfffffe00,
  ];
  const x = program.x.map((value, n) => (n === 27 ? random.pick(where) | 0 : value));
  const [dma = () => []] = pieces;
  const code = [...dma(random), ...program.code];
  const status = program.status & ~3;
  const [bare, on] = [random.oneIn(2), [SR.PTBR, roots[0] | 1] as const];
  const registers = program.system.filter(([number]) => number === SR.TVEC || number === SR.TIMER);
  return {
    ...program,
    code,
    x,
    status,
    system: bare ? registers : [...registers, on],
    slices: [20, 1100, 60],
  };
}

/** Short runs; now and then one in which a disk has time to answer. */
function slices(random: Random): number[] {
  const short = Array.from({ length: random.pick([2, 4]) }, () => 1 + random.below(random.pick([8, 60])));
  return random.oneIn(6) ? [...short, 1100] : short;
}

/** The code with hostile pieces put over some of it. */
function spiked(random: Random, code: readonly number[]): number[] {
  const result = [...code];
  for (let count = 1 + random.below(4); count > 0; count--) {
    const piece = random.pick(pieces)(random);
    const at = random.below(Math.min(result.length, 24));
    for (const [k, value] of piece.entries()) result[at + k] = value;
  }
  return result;
}

const pieces: readonly ((random: Random) => number[])[] = [
  // DMA to and from wherever x27 points, with a sector that may not exist.
  (random) => [
    ...out(0x21, word('addi', { rd: 6, rs1: random.pick([27, 27, 22, 21]) })),
    ...out(0x20, word('addi', { rd: 6, imm: random.pick([0, 1, 7, 8, -1]) })),
    ...out(0x22, word('addi', { rd: 6, imm: random.pick([1, 1, 2, 3]) })),
    word('hlt'),
    ...(random.oneIn(2) ? out(0x23, layout.nop) : []),
  ],
  // An interrupt at every step.
  () => [word('addi', { rd: 5, imm: 1 }), mts(SR.TIMER, 5), word('sti')],
  // Another address space, or none, now and then with a store between.
  (random) => [mts(SR.PTBR, random.pick([0, 26, 27, 28])), store(random), mts(SR.PTBR, random.pick(odd))],
  (random) => [mts(SR.PTBR, random.pick(odd)), store(random)],
  (random) => [word('lrel', { rs1: random.pick([...odd, 23]), rs2: random.pick([...odd, 19]) })],
  (random) => [mts(SR.LIMIT, random.pick([...odd, ...addresses]))],
  (random) => [mts(SR.TVEC, random.pick([0, ...odd, ...pointers]))],
  // The top and the bottom 2 KiB, which x0 reaches.
  (random) => [
    word('sw', { rs2: 13, imm: -4 * (1 + random.below(512)) }),
    word('lw', { rd: 5, imm: -4 * (1 + random.below(512)) }),
    word('lh', { rd: 6, imm: -1 - random.below(4) }),
  ],
  // Code in the top page, or wherever.
  (random) => [word('jalr', { rd: 1, rs1: random.pick([24, 25]), imm: 4 * random.below(4) })],
  // Page tables rewritten in place.
  (random) => [store(random), store(random), word('lw', { rd: 5, rs1: random.pick(addresses) })],
  (random) => [mts(SR.ESTATUS, random.pick(odd)), mts(SR.EPC, random.pick(pointers)), word('iret')],
];

function mts(register: number, rs1: number): number {
  return word('mts', { imm: register, rs1 });
}

/** Outputs to `port` what `value` puts into x6. */
function out(port: number, value: number): number[] {
  return [word('addi', { rd: 5, imm: port }), value, word('out', { rs1: 5, rs2: 6 })];
}

function store(random: Random): number {
  const rs2 = random.pick([13, 15, 16, 17]);
  return word('sw', { rs1: random.pick([21, 22, 22, 23]), rs2, imm: 4 * random.below(3) });
}

/** As it was; or one that traps again; or one that wants the next interrupt at once. */
function handler(random: Random, usual: readonly number[]): readonly number[] {
  switch (random.below(6)) {
    case 0:
      return [word(random.pick(['ecall', 'ebreak', 'vmcall', 'hlt']))];
    case 1:
      return [word('addi', { rd: 31, imm: 1 }), mts(SR.TIMER, 31), ...usual];
    case 2:
      return [mts(SR.PTBR, random.pick([0, ...odd])), store(random), ...usual];
    default:
      return usual;
  }
}

/** A table and two roots. Mostly code and data stay where they are; all else is wild. */
function tables(random: Random, usual: readonly number[]): number[] {
  const result = Array.from<number>({ length: 3 * 1024 }).fill(0);
  for (const [n, entry] of usual.entries()) result[n] = entry;
  // The last pages of 4 MiB: code and data again, for where the table is the last one.
  for (let n = 0; n < 4; n++)
    result[1023 - n] = (((codeAt >>> 12) + n) * 4096) | rights | (random.below(4) << 5);
  for (let n = 0; n < 12; n++) result[random.below(1024)] = wildEntry(random);
  for (const root of roots) {
    const at = (root - tableAt) >>> 2;
    for (const n of [0, 1, 2, 511, 512, 1022, 1023]) result[at + n] = pointer(random, root);
    if (!random.oneIn(12)) result[at] = tableAt | 1;
    if (random.oneIn(2)) result[at + 1023] = tableAt | 1;
  }
  return result;
}

function wildEntry(random: Random): number {
  return random.oneIn(2) ? random.word() : (random.below(40) << 12) | random.below(128);
}

/** An entry of a root: to the table, to itself, to the other root, into code, beyond memory, to no table at all. */
function pointer(random: Random, root: number): number {
  return random.pick([
    tableAt | 1,
    tableAt | 1,
    root | 1,
    roots[0] | 1,
    roots[1] | 1,
    codeAt | 1,
    layout.dataAt | 1,
    (memorySize - PAGE) | 1,
    memorySize | 1,
    0xfffff001,
    tableAt | rights,
    random.word(),
  ]);
}

function registers(random: Random, usual: readonly number[]): number[] {
  const x = [...usual];
  for (const n of addresses) if (random.oneIn(4)) x[n] = random.pick(edges) + random.below(4);
  const inTables = tableAt + 4 * random.below(34);
  if (random.oneIn(2))
    x[22] = random.oneIn(3) ? random.pick(roots) + 4 * random.pick([0, 1, 1023]) : inTables;
  for (const n of pointers) if (random.oneIn(4)) x[n] = random.pick([0xfffff000, 0xffffe000, 0xfffffff8]);
  for (const n of odd) x[n] = random.oneIn(2) ? random.pick(bases) : random.pick(edges);
  if (random.oneIn(2)) x[26] = random.pick(bases);
  for (const n of [15, 16]) if (random.oneIn(3)) x[n] = wildEntry(random);
  if (random.oneIn(4)) x[16] = pointer(random, roots[0]);
  return x.map((value) => value | 0);
}

function system(random: Random): (readonly [number, number])[] {
  const registers: [number, number][] = [];
  const maybe = (chance: number, register: number, value: number) => {
    if (random.oneIn(chance)) registers.push([register, value]);
  };
  if (!random.oneIn(3)) registers.push([SR.PTBR, random.pick(bases.slice(0, 5))]);
  maybe(8, SR.PTBR, random.pick(bases));
  maybe(6, SR.TVEC, random.pick([0, ...edges, 0xfffff000, codeAt]));
  maybe(6, SR.RBASE, random.pick(edges));
  maybe(6, SR.RBOUND, random.pick(edges));
  maybe(5, SR.LIMIT, random.pick([...edges, 1, 3, layout.dataAt + 1, layout.dataAt + 0x1ffd]));
  maybe(4, SR.TIMER, 1 + random.below(3));
  maybe(6, SR.ERBASE, random.pick(edges));
  return registers;
}

/** The program as assembly, with its tables. */
export function formatHostile(program: Program): string {
  const lines = [];
  for (const [n, entry] of program.entries.entries()) {
    if (entry !== 0) lines.push(`#   ${hex(tableAt + 4 * n)}: ${hex(entry)}`);
  }
  return [formatProgram(program), '# page tables', ...lines].join('\n');
}
