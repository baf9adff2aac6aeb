/** What the fast engine spends on compiling, by what was run: nothing in a short run, and never for time that only passed. */
import { expect, test, vi } from 'vitest';
import { Budget } from '../../isa/engines/fast/budget.ts';
import { RegionBuilder } from '../../isa/engines/fast/builder.ts';
import { FastEngine } from '../../isa/engines/fast/fast.ts';
import { wasmStorage } from '../../isa/engines/fast/layout.ts';
import { Interpreter } from '../../isa/engines/interpreter/interpreter.ts';
import { loadImage } from '../../isa/machine/image.ts';
import { Machine } from '../../isa/machine/machine.ts';
import { difference } from '../property/lockstep.ts';
import { image } from '../vmm/assembled.ts';
import { end } from './kit.ts';

const memory = 2 ** 20;

/** A loop of four instructions, so many times, with a timer that interrupts it now and then. */
const loop = (times: number) => `
    .globl _start
_start:
    la   t0, tick
    mts  TVEC, t0
    li   t0, 30011
    mts  TIMER, t0
    sti
    li   s0, ${times}
1:  addi s11, s11, 3
    xor  s11, s11, s0
    addi s0, s0, -1
    bnez s0, 1b
${end}
    .balign 4
tick:
    li   s1, 30011
    mts  TIMER, s1
    iret`;

function machineOf(times: number, storage?: ReturnType<typeof wasmStorage>): Machine {
  const program = image(loop(times));
  const machine = new Machine({ memory, ...(storage ? { storage } : {}) });
  loadImage(program, machine.memory.bytes);
  machine.pc = program.entry;
  return machine;
}

/** Runs the loop on both engines, comparing every so many steps; returns the fast one's counts. */
function runBoth(times: number) {
  const oracle = machineOf(times);
  const machine = machineOf(times, wasmStorage(memory));
  const interpreter = new Interpreter(oracle);
  const fast = new FastEngine(machine);
  for (let until = 99_991; ; until += 99_991) {
    const stop = interpreter.run(until);
    expect(fast.run(until)).toEqual(stop);
    expect(difference(oracle, machine), `step ${oracle.steps}`).toBeUndefined();
    if (stop.kind !== 'limit') return { steps: oracle.steps, ...fast.statistics };
  }
}

test('a short run is the interpreter alone', () => {
  const { batches, regions, steps } = runBoth(20_000);
  expect(steps).toBeGreaterThan(80_000);
  expect([batches, regions]).toEqual([0, 0]);
});

test('a somewhat longer one has the first tier only', () => {
  const { batches, regions, steps } = runBoth(400_000);
  expect(steps).toBeGreaterThan(1_600_000);
  expect(batches).toBeGreaterThan(0);
  expect(regions).toBe(0);
});

test('a longer one is compiled code mostly, in the same state at the same steps', () => {
  const { compiledSteps, batches, steps } = runBoth(1_500_000);
  expect(batches).toBeGreaterThan(0);
  expect(compiledSteps).toBeGreaterThan(steps / 2);
  expect(compiledSteps).toBeLessThan(steps - 100_000);
});

test('interpreted steps pay a tenth for regions, compiled ones a 32nd, and those that only passed nothing', () => {
  const budget = new Budget(undefined, undefined);
  budget.reckon(900_000, 0, 0);
  expect(budget.affords).toBe(false);
  budget.reckon(10 ** 9 + 900_000, 10 ** 9, 0);
  expect(budget.affords).toBe(false);
  budget.reckon(10 ** 9 + 1_000_000, 10 ** 9, 0);
  expect(budget.affords).toBe(true);
  budget.spend(1000);
  budget.reckon(10 ** 9 + 1_000_000, 10 ** 9, 0);
  expect(budget.affords).toBe(false);
  // The price of that one, and what a usual one will cost, by steps that were compiled.
  budget.reckon(10 ** 9 + 13_768_000, 10 ** 9, 12_768_000);
  expect(budget.affords).toBe(false);
  budget.reckon(10 ** 9 + 13_800_000, 10 ** 9, 12_800_000);
  expect(budget.affords).toBe(true);
});

test('interpreted steps pay for batches, of which the first one is dear', () => {
  const budget = new Budget(undefined, undefined);
  budget.reckon(103_999, 0, 0);
  expect(budget.affordsBatch).toBe(false);
  budget.reckon(104_000, 0, 0);
  expect(budget.affordsBatch).toBe(true);
  budget.spendOnBatch(300);
  budget.reckon(10 ** 9 + 104_000, 10 ** 9, 0);
  expect(budget.affordsBatch).toBe(false);
  budget.reckon(10 ** 9 + 108_000, 10 ** 9, 0);
  expect(budget.affordsBatch).toBe(true);
});

test('failures pay for their cure, and have it considered at once', () => {
  const budget = new Budget(undefined, undefined);
  budget.reckon(0, 0, 0);
  expect(budget.affords).toBe(false);
  for (let n = 0; n < 999; n++) budget.fail();
  budget.reckon(0, 0, 0);
  expect(budget.affords).toBe(false);
  budget.fail();
  expect(budget.dueAt).toBe(0);
  budget.reckon(0, 0, 0);
  expect(budget.affords).toBe(true);
});

test('a trap is taken in compiled code, which goes on at the handler, and no batch is formed for it anew', () => {
  const traps = 5000;
  const program = image(`
    .globl _start
_start:
    la   t0, skip
    mts  TVEC, t0
    la   t0, user
    mts  EPC, t0
    li   t0, 3
    mts  ESTATUS, t0
    mfs  t0, MEMSIZE
    mts  ERBOUND, t0
    iret
user:
    li   s0, ${traps}
1:  addi s11, s11, 3
    cli
    addi s0, s0, -1
    bnez s0, 1b
    li   s1, 1
    cli
    .balign 4
skip:
    bnez s1, 2f
    mfs  t0, EPC
    addi t0, t0, 4
    mts  EPC, t0
    iret
2:
${end}`);
  const machine = new Machine({ memory, storage: wasmStorage(memory) });
  loadImage(program, machine.memory.bytes);
  machine.pc = program.entry;
  const fast = new FastEngine(machine, { hot: 50, early: 2 });
  const forming = vi.spyOn(RegionBuilder.prototype, 'buildBatch');
  try {
    expect(fast.run(10 * traps).kind).toBe('power');
    expect(fast.statistics.entries).toBeLessThan(traps / 50);
    expect(fast.statistics.compiledSteps).toBeGreaterThan(0.9 * machine.steps);
    expect(forming.mock.calls.length).toBeLessThan(20);
  } finally {
    forming.mockRestore();
  }
});
