/**
 * Random guests, made so that interesting things happen: loops, calls, faults in the
 * middle of blocks, stores into code and page tables, interrupts, devices, changes of
 * ring, R, LIMIT and PTBR. A profile (profile.ts) leaves some of it out.
 */
import { DISK_STEPS } from '../../isa/machine/devices/disk.ts';
import { PORT } from '../../isa/machine/devices/ports.ts';
import { fieldRange } from '../../isa/table/picture.ts';
import { immediateField, type Row } from '../../isa/table/row.ts';
import { SR, STATUS } from '../../isa/table/sysregs.ts';
import { allRows, encode, type FieldValues } from '../../isa/table/table.ts';
import { randomPiece } from './pieces.ts';
import { everything, type Profile } from './profile.ts';
import { codeAt, layout, memorySize, type Program, word } from './program.ts';
import { Random } from './random.ts';

const { allRights, dataAt, handlerAt, nop, rootAt, tableAt } = layout;

/** The random numbers of one guest, and what may be in it. */
class Draw extends Random {
  readonly profile: Profile;
  readonly systemRows: readonly Row[];

  constructor(seed: number, n: number, profile: Profile) {
    super(seed, n);
    this.profile = profile;
    this.systemRows = rowsBy.system.filter(({ name }) => profile.instructions.has(name));
  }
}

/** Registers by what they hold at the start. */
const bases = [18, 19, 20, 21, 22, 23];
/** Data, twice, the end of a page, code, a page table; now and then anything. */
const usual = [18, 18, 19, 19, 20, 20, 21, 22];
/** Registers with words worth storing: instructions into code, entries into tables. */
const worthy = [13, 14, 15, 16, 17];
const codePointers = [1, 24, 25];
const odd = [26, 27, 28];
const registers = Array.from({ length: 32 }, (_, n) => n);
const registersButOdd = registers.filter((n) => !odd.includes(n));
/** Where code is written first, and run then. */
const otherCodeAt = dataAt + 0x2000;

const rowsBy = {
  plain: allRows.filter(({ effect }) => effect.kind === 'set' || effect.kind === 'nothing'),
  memory: allRows.filter(({ effect }) => effect.kind === 'load' || effect.kind === 'store'),
  branch: allRows.filter(({ effect }) => effect.kind === 'branch'),
  jump: allRows.filter(({ effect }) => effect.kind === 'jump'),
  system: allRows.filter(({ effect }) => effect.kind === 'system' || effect.kind === 'trap'),
};

/** Case `n` of `seed`. */
export function randomProgram(seed: number, n: number, profile = everything): Program {
  const random = new Draw(seed, n, profile);
  const starts = random.oneIn(3);
  const code = [
    ...(starts ? pieces(random) : []),
    ...(random.oneIn(6) ? unstructured(random) : looping(random)),
  ];
  const paged = profile.paging && random.oneIn(2);
  return {
    code,
    handler: profile.handler ? randomHandler(random) : [],
    entries: profile.paging ? Array.from({ length: 32 }, (_, page) => randomEntry(random, page)) : [],
    x: randomRegisters(random, code.length),
    status: starts ? randomStatus(random) & ~STATUS.RING : randomStatus(random),
    system: randomSystem(random, paged),
    slices: randomSlices(random),
    input:
      profile.devices && random.oneIn(3)
        ? Array.from({ length: 1 + random.below(4) }, () => random.below(256))
        : [],
  };
}

/** Steps between comparisons; now and then time for a disk to answer. */
function randomSlices(random: Draw): number[] {
  const most = () => random.pick([10, 100, 400]);
  const slices = Array.from({ length: random.pick([3, 6, 12]) }, () => 1 + random.below(most()));
  if (random.profile.devices && random.oneIn(3))
    slices.splice(random.below(slices.length), 0, DISK_STEPS + random.below(100));
  return slices;
}

/** What a supervisor may start with. */
function pieces(random: Draw): number[] {
  return Array.from({ length: 1 + random.below(3) }, () => randomPiece(random, random.profile)).flat();
}

function randomStatus(random: Draw): number {
  const ring = random.profile.rings ? random.pick([0, 0, 1, 2, 3, 3]) : 0;
  const enabled = random.profile.timer && random.oneIn(3) ? 4 : 0;
  return random.profile.handler ? ring | enabled | (random.word() & 0xff00) : 0;
}

function unstructured(random: Draw): number[] {
  const length = random.pick([8, 16, 40, 120]);
  const code = Array.from({ length: length - 1 }, (_, at) => randomInstruction(random, at, length));
  return [...code, word('jal', { imm: 4 - 4 * length })];
}

/** A loop in a loop, calling small functions; at the end from the beginning. */
function looping(random: Draw): number[] {
  const code: number[] = [];
  const at = () => code.length;
  const body = (length: number) => {
    const end = at() + length;
    while (at() < end) {
      if (random.oneIn(15)) code.push(...randomPiece(random, random.profile));
      else code.push(randomInstruction(random, at(), end + 1));
    }
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

function randomInstruction(random: Draw, at: number, length: number): number {
  const kind = random.below(100);
  if (kind < 30) return randomFields(random, random.pick(rowsBy.plain));
  if (kind < 66) return randomMemory(random, random.pick(rowsBy.memory));
  if (kind < 78) return randomBranch(random, random.pick(rowsBy.branch), at, length);
  if (kind < 81) return randomJump(random, random.pick(rowsBy.jump), at, length);
  if (kind < 99 && random.systemRows.length > 0) return randomSystemInstruction(random);
  return random.profile.traps ? random.word() : nop;
}

/** Instructions after which hardly any guest goes on as one would like: fewer of them. */
const wild = new Set(['iret', 'lrel', 'out', 'hlt']);
/** System registers likewise: R and the page table's. */
const wildRegisters: ReadonlySet<number> = new Set([SR.TVEC, SR.PTBR, SR.RBASE, SR.RBOUND]);
/** For results of system instructions: hardly anything else overwrites them, so that they are there when the sides are compared. */
const kept = [2, 3, 4];

function randomSystemInstruction(random: Draw): number {
  const first = random.pick(random.systemRows);
  const row = wild.has(first.name) && !random.oneIn(3) ? random.pick(random.systemRows) : first;
  return randomFields(random, row);
}

function randomRegister(random: Draw): number {
  const { registers } = random.profile;
  const first = random.pick(registers);
  return wildRegisters.has(first) && !random.oneIn(4) ? random.pick(registers) : first;
}

const anyRegister = [0, 5, 6, 7, 8, 9, 10, 11, 12];
/** Instructions that name a port. */
const atPorts = new Set(['in', 'out']);

function randomFields(random: Draw, row: Row): number {
  const system = row.effect.kind === 'system';
  const values: FieldValues = {};
  const { network } = random.profile;
  const source = () => {
    const isAny = !system && !random.oneIn(8);
    return random.pick(isAny ? anyRegister : [...odd, ...codePointers, ...bases, 5]);
  };
  if (fieldRange(row.picture, 'rd'))
    values.rd = random.oneIn(40)
      ? random.pick(network ? registers : registersButOdd)
      : random.pick(system && random.oneIn(2) ? kept : anyRegister);
  if (fieldRange(row.picture, 'rs1'))
    values.rs1 = !network && atPorts.has(row.name) ? random.pick(odd) : source();
  if (fieldRange(row.picture, 'rs2')) values.rs2 = source();
  const field = immediateField(row);
  const range = field && fieldRange(row.picture, field);
  if (range !== undefined) {
    const value =
      field === 'sr'
        ? randomRegister(random)
        : range.min + random.below((range.max - range.min) / range.multiple) * range.multiple;
    values.imm = random.oneIn(3) && field === 'imm' && range.multiple === 1 ? random.below(16) : value;
  }
  return encode(row, values);
}

function randomMemory(random: Draw, row: Row): number {
  const imm = random.oneIn(4) ? random.below(64) - 32 : random.below(8) * 4;
  const rs1 = random.oneIn(20) ? random.pick([0, 23, ...anyRegister]) : random.pick(usual);
  if (row.effect.kind === 'load') return encode(row, { rd: random.pick(anyRegister), rs1, imm });
  const width = row.effect.kind === 'store' ? row.effect.width : 4;
  const special = rs1 === 21 || rs1 === 22;
  const rs2 = special || (rs1 === 19 && random.oneIn(3)) ? random.pick(worthy) : random.pick(anyRegister);
  // A part of one instruction in another may make a third, also one that the profile does not have: `iret` is 0x0b.
  const mayMix = random.profile.relocation && random.oneIn(2);
  if (special && width !== 4 && !mayMix) return randomMemory(random, random.pick(rowsBy.memory));
  return encode(row, { rs2, rs1, imm: rs1 === 22 && !random.oneIn(4) ? 0 : special ? imm & ~3 : imm });
}

/** A distance in bytes to another instruction of the code, mostly backwards and near. */
function distance(random: Draw, at: number, length: number): number {
  const target = random.oneIn(6) ? random.below(length) : at + 1 + random.below(6);
  return (Math.min(target, length - 1) - at) * 4 + (random.profile.traps && random.oneIn(200) ? 2 : 0);
}

function randomBranch(random: Draw, row: Row, at: number, length: number): number {
  const [rs1, rs2] = [random.pick(anyRegister), random.pick(anyRegister)];
  return encode(row, { rs1, rs2, imm: distance(random, at, length) });
}

function randomJump(random: Draw, row: Row, at: number, length: number): number {
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
function randomHandler(random: Draw): number[] {
  if (random.oneIn(12)) return Array.from({ length: 12 }, (_, at) => randomInstruction(random, at, 12));
  const extra = Array.from({ length: random.below(4) }, () => randomInstruction(random, 0, 1)).filter(
    (code) => code !== 0,
  );
  return [
    word('mts', { imm: SR.SCRATCH0, rs1: 31 }),
    word('mfs', { imm: SR.EPC, rd: 31 }),
    word('addi', { rd: 31, rs1: 31, imm: 4 }),
    word('mts', { imm: SR.EPC, rs1: 31 }),
    ...(random.profile.timer && random.oneIn(3)
      ? [word('addi', { rd: 31, imm: 20 }), word('mts', { imm: SR.TIMER, rs1: 31 })]
      : []),
    ...(random.oneIn(3) ? extra : []),
    word('mfs', { imm: SR.SCRATCH0, rd: 31 }),
    word('iret'),
  ];
}

/** Mostly the identity with all rights; sometimes another page, fewer rights, A and D set or not. */
function randomEntry(random: Draw, page: number): number {
  const frame = random.oneIn(8) ? random.below(33) : page;
  const rights = random.oneIn(10) ? random.below(32) : allRights;
  return (frame << 12) | rights | (random.below(4) << 5);
}

function randomRegisters(random: Draw, length: number): number[] {
  const x = Array.from({ length: 32 }, () => (random.oneIn(2) ? random.below(40) : random.word()));
  x[0] = 0;
  x[18] = dataAt + random.below(0x800) * 4;
  x[19] = random.pick([dataAt + 0xff0, otherCodeAt, 0x1f000, rootAt - 0x100]) + random.below(16);
  x[20] = random.pick([0xff0, 0x1ff0, 0x1ff8, 0x2fe0]) + dataAt + random.below(32);
  x[21] = codeAt + random.below(length) * 4;
  const page = random.pick([0x18, 0x18, 0x19, 0x1a, random.below(32)]);
  x[22] = tableAt + page * 4;
  x[23] = random.pick([handlerAt, rootAt, memorySize - 16, codeAt - 16, 0xfffffff8]) + random.below(8);
  x[13] = randomInstruction(random, 0, 2);
  x[14] = randomInstruction(random, 0, 2);
  x[15] = (page << 12) | allRights | (random.below(4) << 5);
  x[16] = (random.below(33) << 12) | allRights | (random.below(4) << 5);
  x[17] = (page << 12) | random.below(128);
  for (const n of codePointers) x[n] = codeAt + random.below(length) * 4 + (random.oneIn(50) ? 2 : 0);
  if (random.oneIn(10)) {
    // Code that is data first: stored to, then jumped to.
    x[19] = otherCodeAt;
    x[25] = otherCodeAt;
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
      dataAt,
      tableAt,
      rootAt | 1,
      rootAt,
      memorySize,
      // Ports among them, but none of the network: what students build has none.
      random.below(PORT.NET_TRANSMIT),
    ]);
  }
  return x;
}

function randomSystem(random: Draw, paged: boolean): (readonly [number, number])[] {
  const { handler, rings, relocation, timer } = random.profile;
  const system: [number, number][] = [[SR.TVEC, !handler || random.oneIn(30) ? 0 : handlerAt]];
  const maybe = (chance: number, register: number, values: readonly number[]) => {
    if (random.oneIn(chance)) system.push([register, random.pick(values)]);
  };
  if (paged) system.push([SR.PTBR, rootAt | 1]);
  // An `iret` without a trap before it would otherwise leave R without any memory.
  if (rings && !relocation) system.push([SR.ERBOUND, memorySize]);
  if (relocation) {
    maybe(4, SR.RBASE, [0, 0x1000, 0x800, 2]);
    maybe(4, SR.RBOUND, [dataAt + 0x1000, dataAt + 0x1ffc, rootAt, memorySize, 0xffffffff]);
    maybe(4, SR.LIMIT, [dataAt + 0x1000, dataAt + 0x1004, 0x1e000, dataAt + 4]);
  }
  if (timer && random.oneIn(3)) system.push([SR.TIMER, 1 + random.below(300)]);
  return system;
}
