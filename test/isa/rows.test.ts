/** Every row, in every ring of every variant, on both engines: what it does, or which trap it takes. */
import { describe, expect, it } from 'vitest';
import { FastEngine } from '../../isa/engines/fast/fast.ts';
import { wasmStorage } from '../../isa/engines/fast/layout.ts';
import { Interpreter } from '../../isa/engines/interpreter/interpreter.ts';
import { MemoryDisk } from '../../isa/machine/devices/disk.ts';
import { Machine } from '../../isa/machine/machine.ts';
import { immediateField, type Row } from '../../isa/table/row.ts';
import { fieldRange } from '../../isa/table/picture.ts';
import { SR } from '../../isa/table/sysregs.ts';
import { allRows, encode, type FieldValues } from '../../isa/table/table.ts';
import { isOn, type Variant, variants } from '../../isa/table/variants.ts';
import { type After, type Before, expectations } from './expectations.ts';

const pc = 0x1000;
const handler = 0x4000;
const size = 0x10000;
const R = { base: 0x1000, bound: 0xc000 };
const RD = 7;
const RS1 = 5;
const RS2 = 6;

/** Values where arithmetic goes wrong, and some in the middle. */
const words = [0, 1, -1, 2, 4, 31, 32, 0x7fffffff, -0x80000000, 0x1234, -0x5678, 0x2004, 0xbffd];

function immediates(row: Row): number[] {
  const field = immediateField(row);
  const range = field && fieldRange(row.picture, field);
  if (range === undefined) return [0];
  if (field === 'sr') return [...Array(20).keys(), 4095];
  const middle = [8, 4, -4, 20, 6].filter(
    (n) => n >= range.min && n <= range.max && n % range.multiple === 0,
  );
  return [0, range.min, range.max, ...middle];
}

/** Source values of rs1 and rs2: for memory rows an address that is in R with every immediate. */
function* sources(row: Row): Generator<[number, number]> {
  const memory = row.effect.kind === 'load' || row.effect.kind === 'store';
  const has = (field: 'rs1' | 'rs2') => fieldRange(row.picture, field) !== undefined;
  for (const a of memory ? [0x3000, 0x3001, 0x3ffe, 0x8803] : has('rs1') ? words : [5]) {
    for (const b of has('rs2') ? words : [9]) yield [a, b];
  }
}

const pattern = Uint8Array.from({ length: size }, (_, n) => (n * 37 + (n >>> 8)) & 0xff);

type EngineKind = 'interpreter' | 'fast';

/** One storage for all: a WebAssembly memory a case would exhaust the address space. */
const shared = wasmStorage(size);

/** Storage as a new machine expects it. */
function cleanStorage() {
  new Uint8Array(shared.buffer, 0, 1024).fill(0);
  new Uint8Array(shared.buffer, shared.watchedAt, size / 4096).fill(0);
  return shared;
}

/**
 * Loads and stores find a pattern in memory. Others find zeros: no instruction, so that a
 * compiled region ends behind the one that is tested.
 */
const zeros = new Uint8Array(size);

function prepare(
  engine: EngineKind,
  variant: Variant,
  ring: number,
  row: Row,
  [a, b, imm]: readonly [number, number, number],
) {
  const machine = new Machine({
    memory: size,
    variant,
    disk: new MemoryDisk(new Uint8Array(3 * 512)),
    ...(engine === 'fast' ? { storage: cleanStorage() } : {}),
  });
  const isMemory = row.effect.kind === 'load' || row.effect.kind === 'store';
  machine.memory.bytes.set(isMemory ? pattern : zeros);
  machine.memory.write(R.base + pc + 4, 4, 0);
  const values: FieldValues = {};
  for (const field of ['rd', 'rs1', 'rs2'] as const) {
    if (fieldRange(row.picture, field)) values[field] = { rd: RD, rs1: RS1, rs2: RS2 }[field];
  }
  if (immediateField(row)) values.imm = imm;
  const word = encode(row, values);
  machine.memory.write(R.base + pc, 4, word);
  machine.writeSystem(SR.TVEC, handler);
  machine.writeSystem(SR.EPC, 0x2468);
  machine.writeSystem(SR.ESTATUS, 0x5a07);
  machine.writeSystem(SR.ERBASE, 0x2000);
  machine.writeSystem(SR.ERBOUND, 0x3000);
  machine.writeSystem(SR.SCRATCH1, 0xdeadbeef);
  machine.writeSystem(SR.RBASE, R.base);
  machine.writeSystem(SR.RBOUND, R.bound);
  machine.x[RS1] = a;
  machine.x[RS2] = b;
  machine.pc = pc;
  machine.status = 0xa500 | ring;
  return { machine, word };
}

function beforeOf(machine: Machine, imm: number): Before {
  const big = (n: number | undefined) => BigInt(n ?? 0);
  const system = (n: bigint) => BigInt.asUintN(32, big(machine.readSystem(Number(n))));
  return {
    a: big(machine.x[RS1]),
    b: big(machine.x[RS2]),
    imm: BigInt(imm),
    pc: BigInt(pc),
    ring: big(machine.ring),
    status: big(machine.status),
    tvec: BigInt(handler),
    ptbr: system(1n),
    base: BigInt(R.base),
    bound: BigInt(R.bound),
    memory: (address, width) => {
      const at = Number(address) + R.base;
      return machine.memory.bytes
        .slice(at, at + width)
        .reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
    },
    system,
  };
}

/** The outcome the row should have, with privilege taken into account. */
function expected(row: Row, variant: Variant, before: Before, word: number): After {
  const privileged =
    isOn(row, variant) &&
    (row.privilege === 'always' || (row.privilege === 'variant' && !variant.unprivileged.has(row.name)));
  if (privileged && before.ring > 0n) return { trap: { cause: 24, value: BigInt(word) } };
  const after = (expectations[row.name] as (before: Before) => After)(before);
  return after.trap?.value === -1n ? { trap: { cause: after.trap.cause, value: BigInt(word) } } : after;
}

/** The machine's state as one comparable object. */
function observe(machine: Machine) {
  const system = Object.entries(SR).map(([name, n]) => [name, machine.readSystem(n) >>> 0]);
  const { x, pc: at, status, waiting, steps } = machine;
  return {
    x: [...x],
    pc: at,
    status,
    waiting,
    steps,
    system: Object.fromEntries(system) as Record<string, number>,
  };
}

/** Applies the expected change to the observed state before. */
function apply(state: ReturnType<typeof observe>, after: After) {
  const word = (n: bigint) => Number(BigInt.asUintN(32, n));
  const { system } = state;
  state.steps += 1;
  system.TIME = state.steps;
  state.pc = after.pc === undefined ? state.pc + 4 : word(after.pc);
  if (after.rd !== undefined) state.x[RD] = word(after.rd) | 0;
  if (after.status !== undefined) state.status = word(after.status);
  if (after.relocation) [system.RBASE, system.RBOUND] = after.relocation.map(word) as [number, number];
  if (after.waiting) state.waiting = true;
  if (after.trap) {
    Object.assign(system, { EPC: pc, ESTATUS: state.status, ERBASE: R.base, ERBOUND: R.bound });
    Object.assign(system, { ECAUSE: after.trap.cause, EVAL: word(after.trap.value), RBASE: 0, RBOUND: size });
    state.status &= 0xff00;
    state.pc = handler;
  }
  return state;
}

/** mts with a system register whose write has effects beyond the register itself is compared by reading it back. */
function writtenValue(number: number, value: number): number {
  if (number === SR.TVEC || number === SR.EPC) return (value & ~3) >>> 0;
  if (number === SR.ESTATUS) return value & 0xff07;
  if (number === SR.PTBR) return (value & 0xfffff001) >>> 0;
  return value >>> 0;
}

/** Runs one case; returns the steps that compiled code made. */
function check(
  engine: EngineKind,
  row: Row,
  variant: Variant,
  ring: number,
  values: readonly [number, number, number],
): number {
  const imm = values[2];
  const { machine, word } = prepare(engine, variant, ring, row, values);
  const before = beforeOf(machine, imm);
  const after = expected(row, variant, before, word);
  const state = observe(machine);
  const sent = after.output;
  let traps = 0;
  machine.onTrap = () => {
    traps += 1;
  };
  const runner = engine === 'fast' ? new FastEngine(machine, { hot: 1 }) : new Interpreter(machine);
  const stop = runner.run(1);
  const wanted = apply(state, after);
  if (after.system) {
    const [number, value] = after.system.map(Number) as [number, number];
    const name = Object.keys(SR)[number] as keyof typeof SR;
    expect(machine.readSystem(number) >>> 0).toBe(writtenValue(number, value));
    wanted.system[name] = writtenValue(number, value);
  }
  if (sent) expect(stop.kind).toBe(sent[0] === 1n ? 'power' : 'limit');
  if (after.store) {
    const { address, width, value } = after.store;
    expect(machine.memory.read(Number(address) + R.base, width) >>> 0).toBe(Number(value));
  }
  const seen = observe(machine);
  if (JSON.stringify(seen) !== JSON.stringify(wanted)) expect(seen).toEqual(wanted);
  expect(traps).toBe(after.trap ? 1 : 0);
  if (!(runner instanceof FastEngine)) return 0;
  runner.close();
  return runner.statistics.compiledSteps;
}

/**
 * Whether a row's nth case is asked: the first one everywhere. Compiling takes its time: the fast engine gets every third.
 * Of a row that is the same on all variants, each has its share.
 */
function isAsked(n: number, engine: EngineKind, { privilege }: Row, variant: Variant): boolean {
  const every = engine === 'fast' ? 3 : 1;
  if (n % every !== 0) return false;
  return n === 0 || privilege === 'variant' || (n / every) % variants.length === variants.indexOf(variant);
}

let count = 0;
const compiled = new Set<string>();

for (const engine of ['interpreter', 'fast'] as const) {
  for (const variant of variants) {
    describe(`On ${variant.name}, by the ${engine} engine`, () => {
      for (const ring of [0, 1, 2, 3]) {
        for (const row of allRows) {
          count += 1;
          it(`${row.name} in ring ${ring} does what its manual says, or takes the trap it should`, () => {
            expect(expectations, `add what ${row.name} does to test/isa/expectations.ts`).toHaveProperty([
              row.name,
            ]);
            let steps = 0;
            let turn = 0;
            for (const imm of immediates(row)) {
              for (const [a, b] of sources(row)) {
                if (isAsked(turn, engine, row, variant))
                  steps += check(engine, row, variant, ring, [a, b, imm]);
                turn += 1;
              }
            }
            if (steps > 0) compiled.add(row.name);
          });
        }
      }
    });
  }
}

describe('The row tests', () => {
  it('cover every row in every ring of every variant on both engines', () => {
    expect(count).toBe(allRows.length * 4 * variants.length * 2);
    expect(Object.keys(expectations).sort()).toEqual(allRows.map(({ name }) => name).sort());
    process.stdout.write(`row x ring x variant x engine: ${count} tests\n`);
  });

  it('ran every row as compiled code', () => {
    expect(allRows.map(({ name }) => name).filter((name) => !compiled.has(name))).toEqual([]);
  });
});
