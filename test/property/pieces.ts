/**
 * Pieces of random guests: instructions that only together do something, as a driver's, or
 * a kernel's that rearranges its page tables. generate.ts puts them among others. x5 to x9
 * are theirs.
 */
import { PORT } from '../../isa/machine/devices/ports.ts';
import { SR } from '../../isa/table/sysregs.ts';
import type { FieldValues } from '../../isa/table/table.ts';
import type { Profile } from './profile.ts';
import { layout, memorySize, word } from './program.ts';
import type { Random } from './random.ts';

const { allRights, dataAt, nop, rootAt, tableAt } = layout;

const pageShift = 12;
/** Pages that tables and data of a piece are in, and that it maps: of the data, and after the tables. */
const pages = [dataAt, dataAt + 0x1000, dataAt + 0x2000, 0x1e000, 0x1f000].map((at) => at >>> pageShift);

/** A random piece of those that guests of this profile may have. */
export function randomPiece(random: Random, profile: Profile): readonly number[] {
  const pieces: ((random: Random, profile: Profile) => readonly number[])[] = [];
  if (profile.devices) pieces.push(transfer, transfer, consoleUse);
  if (profile.timer) pieces.push(sleep);
  if (profile.rings && profile.handler) pieces.push(toRing);
  if (profile.rings && profile.instructions.has('retf')) pieces.push(farReturn);
  if (profile.instructions.has('mfs')) pieces.push(query);
  if (profile.paging) pieces.push(remap, newTable, otherRoot, unpaged);
  if (profile.paging && profile.rings && profile.handler) pieces.push(protect);
  return pieces.length === 0 ? [nop] : random.pick(pieces)(random, profile);
}

// ---- Devices and time ----

function output(port: number, value: readonly number[]): number[] {
  return [word('addi', { rd: 5, imm: port }), ...value, word('out', { rs1: 5, rs2: 6 })];
}

/** x6 = rs1 + imm. */
function value(fields: FieldValues): number[] {
  return [word('addi', { rd: 6, ...fields })];
}

/** A sector read or written, mostly to or from memory that is there, and mostly waited for. */
function transfer(random: Random): readonly number[] {
  const edge = [
    ...large(6, memorySize),
    word('addi', { rd: 6, rs1: 6, imm: random.pick([-512, -511, -256, 0, 512]) }),
  ];
  const usual = value({ rs1: random.pick([18, 18, 21, 22, 27]) });
  return [
    ...output(PORT.DISK_ADDRESS, random.oneIn(4) ? edge : usual),
    ...output(PORT.DISK_SECTOR, value({ imm: random.pick([0, 1, 3, 7, 8]) })),
    ...output(PORT.DISK_COMMAND, value({ imm: random.pick([1, 1, 2, 2, 3]) })),
    ...random.pick([[], [word('hlt')], [word('hlt')], [word('sti'), word('hlt')], [word('sti')]]),
    ...(random.oneIn(2) ? output(PORT.DISK_STATUS, value({ imm: 0 })) : []),
  ];
}

function consoleUse(random: Random): readonly number[] {
  return [
    ...output(PORT.CONSOLE_CONTROL, value({ imm: random.below(2) })),
    ...output(PORT.CONSOLE_DATA, value({ imm: random.below(256) })),
    word('addi', { rd: 5, imm: PORT.CONSOLE_DATA }),
    random.oneIn(3) ? word('sti') : word('in', { rd: 7, rs1: 5 }),
  ];
}

/** Waits for the timer, which is set here: not by x5, which an interrupt would have taken for a port at the next `out`. */
function sleep(random: Random): readonly number[] {
  const set = [word('addi', { rd: 9, imm: 1 + random.below(60) }), word('mts', { imm: SR.TIMER, rs1: 9 })];
  return [...set, word(random.pick(['hlt', 'sti', 'sti', 'cli']))];
}

/** Asks what machine this is, and what it knows of its time. */
function query(random: Random, { registers }: Profile): readonly number[] {
  const asked = [SR.MEMSIZE, SR.CPUID, SR.TIME, SR.TIMEH, SR.TIMER, SR.IPEND].filter((n) =>
    registers.includes(n),
  );
  return asked.length === 0 ? [nop] : [word('mfs', { rd: 7, imm: random.pick(asked) })];
}

// ---- Rings ----

/** To another ring by `iret`, on to the next instruction; now and then while the disk works. */
function toRing(random: Random, { devices, relocation }: Profile): readonly number[] {
  const before = devices && random.oneIn(4) ? transfer(random) : [];
  return [...before, ...(relocation ? keepBound : []), ...goTo(random.below(8))];
}

/** Has `iret` leave R's bound as it is. Without relocation it is so from the beginning, and a jump past the first of these changed it. */
const keepBound = [word('mfs', { rd: 7, imm: SR.RBOUND }), word('mts', { imm: SR.ERBOUND, rs1: 7 })];

function goTo(status: number): readonly number[] {
  return [
    word('addi', { rd: 5, imm: status }),
    word('mts', { imm: SR.ESTATUS, rs1: 5 }),
    word('jal', { rd: 6, imm: 4 }),
    word('addi', { rd: 6, rs1: 6, imm: 12 }),
    word('mts', { imm: SR.EPC, rs1: 6 }),
    word('iret'),
  ];
}

/** To another ring by `retf`, on to the next instruction. */
function farReturn(random: Random): readonly number[] {
  return [
    word('addi', { rd: 5, imm: random.below(4) }),
    word('jal', { rd: 6, imm: 4 }),
    word('addi', { rd: 6, rs1: 6, imm: 8 }),
    word('retf', { rs1: 6, rs2: 5 }),
  ];
}

// ---- Page tables ----

/** Puts a value of which the low 12 bits are less than 2048 into `rd`. */
function large(rd: number, constant: number): number[] {
  const low = constant & 0xfff;
  return [
    word('lui', { rd, imm: (constant - low) | 0 }),
    ...(low === 0 ? [] : [word('addi', { rd, rs1: rd, imm: low })]),
  ];
}

/** An access to `va`, which has to be a whole number of pages. */
function access(random: Random, va: number): readonly number[] {
  return [...large(5, va), random.oneIn(3) ? word('sw', { rs1: 5, rs2: 8 }) : word('lw', { rd: 7, rs1: 5 })];
}

/** Stores a word at an address of which the low 12 bits are less than 2048. */
function put(at: number, what: number): readonly number[] {
  const low = at & 0xfff;
  return [...large(6, at - low), ...large(8, what), word('sw', { rs1: 6, rs2: 8, imm: low })];
}

/** An entry for any page, mostly with all rights. */
function entry(random: Random): number {
  const rights = random.pick([allRights, allRights & ~(2 << random.below(4)), random.below(32)]);
  return (random.pick(pages) << pageShift) | rights | (random.below(4) << 5);
}

/** An entry of the page table rewritten between two accesses that it is for. */
function remap(random: Random): readonly number[] {
  const page = random.pick(pages);
  const touch = access(random, page << pageShift);
  return [...touch, ...put(tableAt + 4 * page, entry(random)), ...touch];
}

/** A page becomes a table for the second 4 MiB, is used there, and rewritten. */
function newTable(random: Random): readonly number[] {
  const table = random.pick(pages) << pageShift;
  const index = random.below(4);
  const touch = access(random, 2 ** 22 + (index << pageShift));
  const pieces = [
    put(table + 4 * index, entry(random)),
    put(rootAt + 4, table | (random.oneIn(5) ? random.below(16) : 1)),
    touch,
    put(table + 4 * index, entry(random)),
    touch,
  ];
  return pieces.filter(() => !random.oneIn(6)).flat();
}

/** Another root, with the same table or another or none, and perhaps back again. */
function otherRoot(random: Random): readonly number[] {
  const root = random.pick([rootAt, ...pages.map((page) => page << pageShift)]);
  const table = random.oneIn(4) ? random.pick(pages) << pageShift : tableAt;
  const setUp = random.oneIn(4) ? [] : put(root, table | 1);
  const back = random.oneIn(2) ? [] : space(rootAt | 1);
  return [...setUp, ...space(root | 1), ...access(random, random.pick(pages) << pageShift), ...back];
}

/** Page tables rewritten while paging is off. */
function unpaged(random: Random): readonly number[] {
  const page = random.pick(pages);
  const touch = access(random, page << pageShift);
  return [...touch, ...space(0), ...put(tableAt + 4 * page, entry(random)), ...space(rootAt | 1), ...touch];
}

/** Loads PTBR. */
function space(ptbr: number): readonly number[] {
  return [...large(9, ptbr), word('mts', { imm: SR.PTBR, rs1: 9 })];
}

/** A page of the supervisor's, used by it, and then from ring 3. */
function protect(random: Random): readonly number[] {
  const page = random.pick(pages);
  const rights = allRights & ~(random.oneIn(2) ? 16 : 1 << (1 + random.below(4)));
  const touch = access(random, page << pageShift);
  return [
    ...put(tableAt + 4 * page, (page << pageShift) | rights),
    ...touch,
    ...keepBound,
    ...goTo(3),
    ...touch,
  ];
}
