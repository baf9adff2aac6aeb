/**
 * Random guests: code, a trap handler, page tables, and a state to start from, made so
 * that interesting things happen: loops, calls, faults in the middle of blocks, stores
 * into code and page tables, interrupts, changes of ring, R, LIMIT and PTBR.
 *
 *     0x1000  code, two pages        0x8000   data, and pages at odd places
 *     0x4000  trap handler           0x10000  root page table, 0x11000 its first table
 */
import { fieldRange } from '../../isa/table/picture.ts';
import { immediateField, type Row } from '../../isa/table/row.ts';
import { SR } from '../../isa/table/sysregs.ts';
import { allRows, encode, type FieldValues, rowNamed } from '../../isa/table/table.ts';
import { Random } from './random.ts';

export const memorySize = 2 ** 17;
export const codeAt = 0x1000;
const handlerAt = 0x4000;
const rootAt = 0x10000;
const tableAt = 0x11000;
const allRights = 0x1f;

export interface Program {
  /** Instructions at codeAt. */
  readonly code: readonly number[];
  readonly handler: readonly number[];
  /** Entries of the first-level page table's table: virtual page n. */
  readonly entries: readonly number[];
  readonly x: readonly number[];
  readonly status: number;
  /** System registers to write, in order. */
  readonly system: readonly (readonly [number: number, value: number])[];
  /** Steps between two comparisons, in order; their sum is the run. */
  readonly slices: readonly number[];
}

const nop = word('addi', {});

function word(name: string, values: FieldValues): number {
  const row = rowNamed(name);
  if (row === undefined) throw new Error(`no instruction ${name}`);
  return encode(row, values);
}

/** Registers by what they hold at the start. */
const bases = [18, 19, 20, 21, 22, 23];
/** Data, twice, the end of a page, code, a page table; now and then anything. */
const usual = [18, 18, 19, 19, 20, 20, 21, 22];
/** Registers with words worth storing: instructions into code, entries into tables. */
const worthy = [13, 14, 15, 16, 17];
const codePointers = [1, 24, 25];
const odd = [26, 27, 28];

const rowsBy = {
  plain: allRows.filter(({ effect }) => effect.kind === 'set'),
  memory: allRows.filter(({ effect }) => effect.kind === 'load' || effect.kind === 'store'),
  branch: allRows.filter(({ effect }) => effect.kind === 'branch'),
  jump: allRows.filter(({ effect }) => effect.kind === 'jump'),
  system: allRows.filter(({ effect }) => effect.kind === 'system' || effect.kind === 'trap'),
};

/** Case `n` of `seed`. */
export function randomProgram(seed: number, n: number): Program {
  const random = new Random(seed, n);
  const code = random.oneIn(6) ? unstructured(random) : looping(random);
  const paged = random.oneIn(2);
  return {
    code,
    handler: randomHandler(random),
    entries: Array.from({ length: 32 }, (_, page) => randomEntry(random, page)),
    x: randomRegisters(random, code.length),
    status: random.pick([0, 0, 1, 2, 3, 3]) | (random.oneIn(3) ? 4 : 0) | (random.word() & 0xff00),
    system: randomSystem(random, paged),
    slices: Array.from(
      { length: random.pick([3, 6, 12]) },
      () => 1 + random.below(random.pick([10, 100, 400])),
    ),
  };
}

function unstructured(random: Random): number[] {
  const length = random.pick([8, 16, 40, 120]);
  return Array.from({ length }, (_, at) => randomInstruction(random, at, length));
}

/** A loop in a loop, calling small functions; at the end from the beginning. */
function looping(random: Random): number[] {
  const code: number[] = [];
  const at = () => code.length;
  const body = (length: number) => {
    const end = at() + length;
    while (at() < end) code.push(randomInstruction(random, at(), end + 1));
  };
  code.push(word('addi', { rd: 29, imm: 2 + random.below(30) }));
  const outer = at();
  body(random.below(12));
  code.push(word('addi', { rd: 30, imm: 1 + random.below(12) }));
  const inner = at();
  body(1 + random.below(12));
  const calls = random.below(3);
  const callsAt = at();
  for (let n = 0; n < calls; n++) code.push(nop);
  closeLoop(code, 30, inner);
  body(random.below(6));
  closeLoop(code, 29, outer);
  code.push(word('jal', { imm: -4 * at() }));
  for (let n = 0; n < calls; n++) {
    code[callsAt + n] = word('jal', { rd: 1, imm: 4 * (at() - callsAt - n) });
    body(random.below(6));
    code.push(word('jalr', { rs1: 1 }));
  }
  return code;
}

function closeLoop(code: number[], counter: number, start: number): void {
  code.push(word('addi', { rd: counter, rs1: counter, imm: -1 }));
  code.push(word('bne', { rs1: counter, imm: 4 * (start - code.length) }));
}

function randomInstruction(random: Random, at: number, length: number): number {
  const kind = random.below(100);
  if (kind < 35) return randomFields(random, random.pick(rowsBy.plain));
  if (kind < 75) return randomMemory(random, random.pick(rowsBy.memory));
  if (kind < 88) return randomBranch(random, random.pick(rowsBy.branch), at, length);
  if (kind < 91) return randomJump(random, random.pick(rowsBy.jump), at, length);
  if (kind < 99) return randomFields(random, random.pick(rowsBy.system));
  return random.word();
}

const anyRegister = [0, 5, 6, 7, 8, 9, 10, 11, 12];

function randomFields(random: Random, row: Row): number {
  const system = row.effect.kind === 'system';
  const values: FieldValues = {};
  const source = () =>
    system || random.oneIn(8)
      ? random.pick([...odd, ...codePointers, ...bases, 5])
      : random.pick(anyRegister);
  if (fieldRange(row.picture, 'rd'))
    values.rd = random.oneIn(40) ? random.below(32) : random.pick(anyRegister);
  if (fieldRange(row.picture, 'rs1')) values.rs1 = source();
  if (fieldRange(row.picture, 'rs2')) values.rs2 = source();
  const field = immediateField(row);
  const range = field && fieldRange(row.picture, field);
  if (range !== undefined) {
    const value =
      field === 'sr'
        ? random.below(20)
        : range.min + random.below((range.max - range.min) / range.multiple) * range.multiple;
    values.imm = random.oneIn(3) && field === 'imm' && range.multiple === 1 ? random.below(16) : value;
  }
  return encode(row, values);
}

function randomMemory(random: Random, row: Row): number {
  const imm = random.oneIn(4) ? random.below(64) - 32 : random.below(8) * 4;
  const rs1 = random.oneIn(20) ? random.pick([0, 23, ...anyRegister]) : random.pick(usual);
  if (row.effect.kind === 'load') return encode(row, { rd: random.pick(anyRegister), rs1, imm });
  const width = row.effect.kind === 'store' ? row.effect.width : 4;
  const special = rs1 === 21 || rs1 === 22;
  const rs2 = special || (rs1 === 19 && random.oneIn(3)) ? random.pick(worthy) : random.pick(anyRegister);
  if (special && width !== 4 && random.oneIn(2)) return randomMemory(random, random.pick(rowsBy.memory));
  return encode(row, { rs2, rs1, imm: rs1 === 22 && !random.oneIn(4) ? 0 : special ? imm & ~3 : imm });
}

/** A distance in bytes to another instruction of the code, mostly backwards and near. */
function distance(random: Random, at: number, length: number): number {
  const target = random.oneIn(6) ? random.below(length) : at + 1 + random.below(6);
  return (Math.min(target, length - 1) - at) * 4 + (random.oneIn(200) ? 2 : 0);
}

function randomBranch(random: Random, row: Row, at: number, length: number): number {
  const [rs1, rs2] = [random.pick(anyRegister), random.pick(anyRegister)];
  return encode(row, { rs1, rs2, imm: distance(random, at, length) });
}

function randomJump(random: Random, row: Row, at: number, length: number): number {
  const rd = random.pick([0, 0, 1, 1, 5]);
  if (fieldRange(row.picture, 'rs1') === undefined)
    return encode(row, { rd, imm: distance(random, at, length) });
  return encode(row, {
    rd,
    rs1: random.pick([...codePointers, 1]),
    imm: random.oneIn(4) ? random.below(8) * 4 : 0,
  });
}

/** Goes on after the instruction that trapped; now and then rearms the timer, changes something, or is nonsense. */
function randomHandler(random: Random): number[] {
  if (random.oneIn(12)) return Array.from({ length: 12 }, (_, at) => randomInstruction(random, at, 12));
  const extra = Array.from({ length: random.below(4) }, () => randomInstruction(random, 0, 1)).filter(
    (code) => code !== 0,
  );
  return [
    word('mts', { imm: SR.SCRATCH0, rs1: 31 }),
    word('mfs', { imm: SR.EPC, rd: 31 }),
    word('addi', { rd: 31, rs1: 31, imm: 4 }),
    word('mts', { imm: SR.EPC, rs1: 31 }),
    ...(random.oneIn(3) ? [word('addi', { rd: 31, imm: 20 }), word('mts', { imm: SR.TIMER, rs1: 31 })] : []),
    ...(random.oneIn(3) ? extra : []),
    word('mfs', { imm: SR.SCRATCH0, rd: 31 }),
    word('iret', {}),
  ];
}

/** Mostly the identity with all rights; sometimes another page, fewer rights, A and D set or not. */
function randomEntry(random: Random, page: number): number {
  const frame = random.oneIn(8) ? random.below(33) : page;
  const rights = random.oneIn(10) ? random.below(32) : allRights;
  return (frame << 12) | rights | (random.below(4) << 5);
}

function randomRegisters(random: Random, length: number): number[] {
  const x = Array.from({ length: 32 }, () => (random.oneIn(2) ? random.below(40) : random.word()));
  x[0] = 0;
  x[18] = 0x8000 + random.below(0x800) * 4;
  x[19] = random.pick([0x8ff0, 0xa000, 0x1f000, 0x10f00]) + random.below(16);
  x[20] = random.pick([0x8ff0, 0x9ff0, 0x9ff8, 0xafe0]) + random.below(32);
  x[21] = codeAt + random.below(length) * 4;
  const page = random.pick([8, 8, 9, 10, random.below(32)]);
  x[22] = tableAt + page * 4;
  x[23] = random.pick([handlerAt, rootAt, memorySize - 16, 0x0ff0, 0xfffffff8]) + random.below(8);
  x[13] = randomInstruction(random, 0, 2);
  x[14] = randomInstruction(random, 0, 2);
  x[15] = (page << 12) | allRights | (random.below(4) << 5);
  x[16] = (random.below(33) << 12) | allRights | (random.below(4) << 5);
  x[17] = (page << 12) | random.below(128);
  for (const n of codePointers) x[n] = codeAt + random.below(length) * 4 + (random.oneIn(50) ? 2 : 0);
  if (random.oneIn(4)) {
    // Code that is data first: stored to, then jumped to.
    x[19] = 0xa000;
    x[25] = 0xa000;
  }
  for (const n of odd) {
    x[n] = random.pick([
      1,
      0x10,
      0x11,
      0x20,
      0x21,
      0x22,
      0x23,
      0x24,
      4,
      0x8000,
      tableAt,
      rootAt | 1,
      rootAt,
      memorySize,
      random.below(50),
    ]);
  }
  return x;
}

function randomSystem(random: Random, paged: boolean): (readonly [number, number])[] {
  const system: [number, number][] = [[SR.TVEC, random.oneIn(30) ? 0 : handlerAt]];
  if (paged) system.push([SR.PTBR, rootAt | 1]);
  if (random.oneIn(4)) system.push([SR.RBASE, random.pick([0, 0x1000, 0x800, 2])]);
  if (random.oneIn(4))
    system.push([SR.RBOUND, random.pick([0x9000, 0x9ffc, 0x10000, memorySize, 0xffffffff])]);
  if (random.oneIn(4)) system.push([SR.LIMIT, random.pick([0x9000, 0x9004, 0x12000, 0x8004])]);
  if (random.oneIn(3)) system.push([SR.TIMER, 1 + random.below(300)]);
  system.push(
    [SR.EPC, codeAt + random.below(8) * 4],
    [SR.ERBOUND, memorySize],
    [SR.ESTATUS, random.below(8)],
  );
  return system;
}

/** The same program with one instruction after the other replaced by nothing happening: smaller ones to try. */
export function* smaller(program: Program): Generator<Program> {
  for (let size = program.code.length >>> 1; size > 0; size >>>= 1) {
    for (let from = 0; from < program.code.length; from += size) {
      const code = program.code.map((old, n) => (n >= from && n < from + size ? nop : old));
      if (code.some((value, n) => value !== program.code[n])) yield { ...program, code };
    }
  }
  if (program.code.at(-1) === nop && program.code.length > 1)
    yield { ...program, code: program.code.slice(0, -1) };
  for (const [n] of program.system.entries()) {
    yield { ...program, system: program.system.filter((_, other) => other !== n) };
  }
  if (program.slices.length > 1) yield { ...program, slices: program.slices.slice(0, -1) };
}

export const layout = { codeAt, handlerAt, rootAt, tableAt, nop };
