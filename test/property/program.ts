/**
 * A random guest as data: code, a trap handler, page tables, and a state to start from.
 * As a machine meets it, it is an image that starts at reset: set-up code brings the
 * machine into that state. So every guest can be printed as assembly (print.ts) and run
 * anywhere. Made by generate.ts, made smaller by shrink.ts.
 *
 *     0x10000  set-up code            0x18000  data, and pages at odd places
 *     0x11000  code, two pages        0x1c000  root page table, 0x1d000 its first table
 *     0x14000  trap handler           0 to 0xffff  nothing
 */
import type { Image } from '../../isa/machine/image.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import { PTE } from '../../isa/machine/translate.ts';
import { SR } from '../../isa/table/sysregs.ts';
import { encode, type FieldValues, rowNamed } from '../../isa/table/table.ts';

export const memorySize = 2 ** 17;
/** Sectors of the guest's disk. */
export const diskSectors = 8;
export const codeAt = 0x11000;
const setupAt = 0x10000;
const handlerAt = 0x14000;
const dataAt = 0x18000;
const rootAt = 0x1c000;
const tableAt = 0x1d000;
/** V R W X U. */
const allRights = 0x1f;

/** The word of an instruction by name; fields not given are 0. */
export function word(name: string, values: FieldValues = {}): number {
  const row = rowNamed(name);
  if (row === undefined) throw new Error(`no instruction ${name}`);
  return encode(row, values);
}

const nop = word('addi');

export const layout = { codeAt, setupAt, handlerAt, dataAt, rootAt, tableAt, nop, allRights };

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
  /** What waits at the console. */
  readonly input: readonly number[];
  /** A guest that somebody wrote: it is this image, and all of the above but slices and input is nothing. */
  readonly image?: Image;
}

/** The contents of the guest's disk before it starts. */
export function newDisk(sectors = diskSectors): Uint8Array {
  let contents = disks.get(sectors);
  if (contents === undefined) {
    contents = Uint8Array.from({ length: sectors * 512 }, (_, n) => n * 13 + (n >>> 9) * 29);
    disks.set(sectors, contents);
  }
  return contents.slice();
}

/** What new disks hold, by size: made once, as there is one for every case. */
const disks = new Map<number, Uint8Array>();

/** The instructions of `li rd, value`: one or two, as the assembler has them. */
function loadImmediate(rd: number, value: number): number[] {
  const low = (value << 20) >> 20;
  const high = (value - low) | 0;
  if (high === 0) return [word('addi', { rd, imm: low })];
  const upper = word('lui', { rd, imm: high });
  return low === 0 ? [upper] : [upper, word('addi', { rd, rs1: rd, imm: low })];
}

/** The value that system register `number` is to have, if any. */
function systemValue(program: Program, number: number): number | undefined {
  return program.system.findLast(([n]) => n === number)?.[1];
}

/** The guest's first pc. */
function startOf(program: Program): number {
  const paged = ((systemValue(program, SR.PTBR) ?? 0) & 1) !== 0;
  const base = paged ? 0 : (systemValue(program, SR.RBASE) ?? 0);
  return ((codeAt - base) & ~3) >>> 0;
}

/** Set by the last `iret` or by paging, not one by one. */
const special: ReadonlySet<number> = new Set<number>([
  SR.RBASE,
  SR.RBOUND,
  SR.PTBR,
  SR.TIMER,
  SR.EPC,
  SR.ESTATUS,
  SR.ERBASE,
  SR.ERBOUND,
]);

const t0 = 5;

function setSystem(number: number, value: number): number[] {
  return [...loadImmediate(t0, value), word('mts', { imm: number, rs1: t0 })];
}

/** The set-up code: system registers, general registers, then to the code, by a jump if that suffices. */
export function setupOf(program: Program): number[] {
  if (program.image !== undefined) return [];
  const base = systemValue(program, SR.RBASE) ?? 0;
  const bound = systemValue(program, SR.RBOUND) ?? memorySize;
  const plain = program.status === 0 && base === 0 && bound === memorySize;
  const general = program.x.flatMap((value, n) =>
    n === 0 || (value | 0) === 0 ? [] : loadImmediate(n, value),
  );
  const others = new Map(program.system.filter(([number, value]) => !special.has(number) && value !== 0));
  const system = [...others].flatMap(([number, value]) => setSystem(number, value));
  if (!plain) {
    system.push(...setSystem(SR.EPC, startOf(program)), ...setSystem(SR.ESTATUS, program.status));
    if (base !== 0) system.push(...setSystem(SR.ERBASE, base));
    system.push(...setSystem(SR.ERBOUND, bound));
  } else if (systemValue(program, SR.ERBOUND) !== undefined) system.push(...setSystem(SR.ERBOUND, bound));
  const ptbr = systemValue(program, SR.PTBR) ?? 0;
  if (ptbr !== 0) system.push(...setSystem(SR.PTBR, ptbr));
  const used = system.length > 0 || systemValue(program, SR.TIMER) !== undefined;
  if (used && program.x[t0] === 0) general.push(word('addi', { rd: t0 }));
  const timer = systemValue(program, SR.TIMER) ?? 0;
  if (timer !== 0) system.push(...setSystem(SR.TIMER, timer + general.length + 1));
  const before = [...system, ...general];
  const last = plain ? word('jal', { imm: codeAt - setupAt - 4 * before.length }) : word('iret');
  return [...before, last];
}

/** What is where in the guest's memory: address and words. */
export function placesOf(program: Program): (readonly [at: number, words: readonly number[]])[] {
  const places: (readonly [number, readonly number[]])[] = [
    [setupAt, setupOf(program)],
    [codeAt, program.code],
  ];
  if (program.handler.length > 0) places.push([handlerAt, program.handler]);
  if (program.entries.length > 0) {
    const entries = [...program.entries];
    const setupPage = setupAt / PAGE;
    // The set-up code goes on when paging is on.
    if (entries.length > setupPage) entries[setupPage] = setupAt | allRights | PTE.A | PTE.D;
    places.push([rootAt, [tableAt | 1]], [tableAt, entries]);
  }
  return places;
}

/** The guest as an image. */
export function imageOf(program: Program): Image {
  if (program.image !== undefined) return program.image;
  const segments = placesOf(program).map(([address, words]) => {
    const bytes = new Uint8Array(Int32Array.from(words).buffer);
    return { address, bytes, size: bytes.length, writable: true, executable: true };
  });
  const programHeaders = { address: 0, count: 0, size: 0 };
  return { entry: setupAt, segments, sections: [], symbols: [], programHeaders };
}

/** A guest that somebody wrote, compared after so many steps again and again, `steps` in all. */
export function writtenProgram(image: Image, every: number, steps: number): Program {
  const slices = Array.from({ length: Math.ceil(steps / every) }, () => every);
  return { code: [], handler: [], entries: [], x: [], status: 0, system: [], slices, input: [], image };
}

/** Puts the guest into a machine, bare or virtual, and the machine into its first state, without set-up code. */
export function place(program: Program, machine: Machine): void {
  const { words } = machine.memory;
  words.set(program.code, codeAt / 4);
  words.set(program.handler, handlerAt / 4);
  words[rootAt / 4] = tableAt | 1;
  words.set(program.entries, tableAt / 4);
  for (const [number, value] of program.system) machine.writeSystem(number, value);
  machine.x.set(program.x);
  machine.pc = ((codeAt - (machine.paging ? 0 : machine.base)) & ~3) >>> 0;
  machine.status = program.status;
}
