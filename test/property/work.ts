/**
 * Guests that mostly compute, with now and then something for the monitor: what efficiency
 * is measured with. And the ledger of one, taken from the bare machine: how many steps
 * were innocuous, and how often a monitor cannot avoid being entered.
 */
import { peekWord } from '../../isa/machine/report.ts';
import type { Row } from '../../isa/table/row.ts';
import { SR } from '../../isa/table/sysregs.ts';
import { allRows, encode, rowOf } from '../../isa/table/table.ts';
import type { Variant } from '../../isa/table/variants.ts';
import { oracleOf } from './bare.ts';
import { stepsOf } from './judge.ts';
import { everything, type Profile } from './profile.ts';
import type { Counts } from './subject.ts';
import { layout, type Program, word } from './program.ts';
import { Random } from './random.ts';

const { allRights, dataAt, handlerAt, rootAt } = layout;

const plain = allRows.filter(({ effect }) => effect.kind === 'set');
const access = allRows.filter(({ effect }) => effect.kind === 'load' || effect.kind === 'store');
/** What a guest may ask of its monitor without changing where or how it runs. */
const harmless = ['cli', 'getf', 'sring', 'svec', 'sptb', 'smsw', 'ecall'];

const results = [6, 7, 8, 9, 10, 11, 12];

function compute(random: Random, row: Row): number {
  const source = () => random.pick(results);
  const values: Record<string, number> = {};
  for (const operand of row.operands) {
    if (operand.kind === 'register') values[operand.field] = source();
    else if (operand.kind === 'shamt') values.imm = random.below(32);
    else if (operand.kind === 'imm') values.imm = random.below(2048);
    else if (operand.kind === 'upper') values.imm = random.below(1024) * 4096;
  }
  return encode(row, values);
}

function touch(random: Random, row: Row): number {
  const imm = random.below(64) * 4;
  return row.effect.kind === 'load'
    ? encode(row, { rd: random.pick(results), rs1: 18, imm })
    : encode(row, { rs2: random.pick(results), rs1: 18, imm });
}

/** Case `n` of `seed`: a loop over computing and memory, and up to three instructions for the monitor. */
export function workingProgram(seed: number, n: number, profile: Profile = everything): Program {
  const random = new Random(seed ^ 0x30b, n);
  const allowed = harmless.filter(
    (name) => profile.instructions.has(name) && (profile.handler || name !== 'ecall'),
  );
  const body = Array.from({ length: 20 + random.below(60) }, () =>
    random.oneIn(4) ? touch(random, random.pick(access)) : compute(random, random.pick(plain)),
  );
  for (let count = allowed.length === 0 ? 0 : random.below(4); count > 0; count--) {
    const name = random.pick(allowed);
    const row = rowOf(word(name)) as Row;
    const hasResult = row.operands.some(({ kind }) => kind === 'register');
    body.splice(random.below(body.length), 0, word(name, hasResult ? { rd: random.pick(results) } : {}));
  }
  const paged = profile.paging && random.oneIn(2);
  const system: [number, number][] = profile.handler ? [[SR.TVEC, handlerAt]] : [];
  if (paged) system.push([SR.PTBR, rootAt | 1]);
  const status = profile.rings ? random.below(4) : 0;
  // Ring 0 is exempt from LIMIT.
  if (profile.relocation && status === 0 && random.oneIn(3)) system.push([SR.LIMIT, dataAt]);
  return {
    code: [...body, word('jal', { imm: -4 * body.length })],
    handler: profile.handler ? skip : [],
    entries: paged ? Array.from({ length: 32 }, (_, page) => (page << 12) | allRights) : [],
    x: Array.from({ length: 32 }, (_, k) => (k === 18 ? dataAt : k > 5 && k < 13 ? random.word() : 0)),
    status,
    system,
    slices: [400 + random.below(600), 400 + random.below(600)],
    input: [],
  };
}

/** Case `n` of `seed` of those that work with paging on. */
export function pagedProgram(seed: number, n: number, profile: Profile = everything): Program {
  for (let k = 0; ; k++) {
    const program = workingProgram(seed, 1000 * n + k, profile);
    if (program.entries.length > 0) return program;
  }
}

/** A handler that goes on after the instruction that trapped. */
const skip: readonly number[] = [
  word('mfs', { imm: SR.EPC, rd: 31 }),
  word('addi', { rd: 31, rs1: 31, imm: 4 }),
  word('mts', { imm: SR.EPC, rs1: 31 }),
  word('iret'),
];

export interface WorkLedger {
  readonly steps: number;
  /** The pc before each step. */
  readonly pcs: readonly number[];
  /** Innocuous instructions completed: in all rings, and in rings 1 to 3. */
  readonly innocuous: number;
  readonly inUserRings: number;
  /** Basic blocks, ended by a store, too. */
  readonly blocks: number;
  /** Times that a monitor may be entered: sensitive instructions, traps, new pages, new tables, turns; and some. */
  readonly occasions: number;
}

/** Whether a basic block ends here, or may have to: at a store, which may be one to code. */
function endsBlock({ effect }: Row): boolean {
  return effect.kind !== 'set' && effect.kind !== 'load';
}

/** Twice for a page: to load and to store; and once to execute. */
const occasionsPerPage = 3;
/** For each turn: its end, and finding that out. */
const occasionsPerTurn = 2;

/** Runs the guest on the bare machine, step by step, and keeps the ledger. */
export function keepLedger(program: Program, variant: Variant): WorkLedger {
  const { machine, run } = oracleOf(program, variant);
  let [innocuous, inUserRings, sensitive, traps, tables, blocks] = [0, 0, 0, 0, 0, 0];
  machine.onTrap = () => {
    traps += 1;
  };
  const pcs: number[] = [];
  const end = stepsOf(program).at(-1) as number;
  while (machine.steps < end) {
    const { ring, paging } = machine;
    pcs.push(machine.pc);
    const fetched = peekWord(machine, machine.pc);
    const row = fetched === undefined ? undefined : rowOf(fetched);
    const before = traps;
    if (run(machine.steps + 1).kind !== 'limit') break;
    if (machine.paging !== paging) tables += 1;
    if (row === undefined || traps > before) continue;
    if (endsBlock(row)) blocks += 1;
    if (row.privilege !== 'none') sensitive += 1;
    else {
      innocuous += 1;
      if (ring > 0) inUserRings += 1;
    }
  }
  const pages = program.entries.length === 0 ? 0 : usedPages * (tables + 1);
  const turns = program.slices.length;
  const occasions = sensitive + traps + occasionsPerPage * pages + occasionsPerTurn * turns;
  return { steps: machine.steps, pcs, innocuous, inUserRings, blocks, occasions };
}

/**
 * Whether the guest was the guest each time that it was entered: there are steps of the bare machine, in order, at which
 * it is where the guest was. Who interprets the guest could have the real machine count anything else as direct.
 */
export function isWhatRan(entries: NonNullable<Counts['entries']>, { pcs }: WorkLedger): boolean {
  let at = 0;
  return entries.every(([pc, steps]) => {
    const found = pcs.indexOf(pc, at);
    at = found + steps;
    return found >= 0 && at <= pcs.length;
  });
}

/** Pages that a working guest touches: set-up, code, handler, data; and tables. */
const usedPages = 8;
