/** Bills: from the records of a pool, and computed again by a replay. */
import { describe, expect, it } from 'vitest';
import { createEngine, storageFor } from '../../../isa/engines/engine.ts';
import { Console } from '../../../isa/machine/devices/console.ts';
import { loadImage } from '../../../isa/machine/image.ts';
import { Machine } from '../../../isa/machine/machine.ts';
import { variantNamed } from '../../../isa/table/variants.ts';
import { bill, formatCsv, type Prices, readPrices, totalCost } from '../../../vmm/pool/bill.ts';
import { changeVm, type NextState } from '../../../vmm/pool/change.ts';
import { newVm, PoolView, type VmRecord, type WantRecord } from '../../../vmm/pool/records.ts';
import type { PoolEntry } from '../../../vmm/pool/store.ts';
import { sumUsage } from '../../../vmm/pool/usage.ts';
import { image } from '../assembled.ts';

const variant = variantNamed('ring32-v') ?? expect.fail();
const prices: Prices = { currency: 'EUR', hour: 3.6, gibibyteHour: 7.2, gigastep: 1000, migration: 0.25 };
const memory = 2 ** 20;

/** It counts down, and powers itself off. */
const program = image(`
    .globl _start
_start:
    li   t0, 20000
1:  addi t0, t0, -1
    bne  t0, zero, 1b
    li   t1, 1
    out  t1, zero`);

/** A machine with the guest; `turn` has it run for so many steps, and says how many it has executed. */
function guest(engineName: 'interpreter' | 'fast') {
  const console = new Console(
    () => {},
    () => undefined,
  );
  const machine = new Machine({ variant, console, memory, storage: storageFor(engineName, memory) });
  loadImage(program, machine.memory.bytes);
  machine.pc = program.entry;
  const engine = createEngine(engineName, machine);
  return (steps: number) => {
    engine.run(machine.steps + steps);
    return machine.steps;
  };
}

/** The records of a machine that ran on two hosts, with `slice` instructions between two changes of state, and at last to its end. */
function recorded(turn: (steps: number) => number, slice: number): PoolView {
  const entries = new Map<string, PoolEntry>();
  let vm: VmRecord = { ...newVm, state: 'BOOT', host: 'a:1', instance: 'i', epoch: 1, since: 1000 };
  const change = (at: number, next: NextState, steps: number) => {
    const want = { tenant: 'lab', memory } as WantRecord;
    for (const { key, value } of changeVm({ name: 'g', vm, want, next, at, by: 'agent', steps }))
      if (key.startsWith('usage/')) entries.set(key, { value: value ?? null, revision: 1, lease: null });
      else vm = value as unknown as VmRecord;
  };
  change(2000, { state: 'RUNNING' }, 0);
  change(9500, { state: 'MIGRATE' }, turn(slice));
  change(9750, { state: 'RUNNING', host: 'b:1', epoch: 2 }, turn(slice));
  change(19_000, { state: 'HELD' }, turn(slice));
  change(29_000, { state: 'RUNNING' }, turn(0));
  change(31_000, { state: 'MIGRATE' }, turn(slice));
  change(31_500, { state: 'RUNNING' }, turn(slice));
  change(40_000, { state: 'OFF' }, turn(1e9));
  return new PoolView(entries);
}

describe('A bill', () => {
  it('is the same when it is computed again by a replay of the machine, by another engine', () => {
    const billOf = (view: PoolView) => bill(sumUsage(view, 'tenant'), prices);
    const first = billOf(recorded(guest('interpreter'), 7001));
    // The replay goes in other turns; that the machine ends where it did is its own doing.
    expect(billOf(recorded(guest('fast'), 12))).toEqual(first);
    expect(first).toMatchObject([{ name: 'lab', ms: 39_000, steps: 40_004, placements: 2, migrations: 1 }]);
    // 39 s at 0.001 a second, 39/1024 GiB x s at 0.002, and one move; the move that failed costs nothing.
    expect(first[0]?.cost).toBe(0.32908);
  });

  it('has a sum, which is that of its lines', () => {
    const usage = { ms: 1_000_000, memoryByteSeconds: 0, steps: 0, placements: 1, migrations: 0 };
    const lines = bill(
      [
        { ...usage, name: 'a' },
        { ...usage, name: 'b' },
      ],
      { currency: 'EUR', hour: 1 },
    );
    expect(lines.map(({ cost }) => cost)).toEqual([0.277778, 0.277778]);
    expect(totalCost(lines)).toBe(0.555556);
  });

  it('is comma-separated values, also with names that have commas and quotes', () => {
    const usage = { ms: 1, memoryByteSeconds: 2, steps: 3, placements: 4, migrations: 5 };
    expect(formatCsv('tenant', [{ ...usage, name: 'R&D, "lab"' }])).toBe(
      'tenant,ms,memory_byte_seconds,steps,placements,migrations\r\n"R&D, ""lab""",1,2,3,4,5\r\n',
    );
    expect(formatCsv('vm', [{ ...usage, name: 'a', cost: 0.5 }], 'EUR')).toBe(
      'vm,ms,memory_byte_seconds,steps,placements,migrations,cost_eur\r\na,1,2,3,4,5,0.5\r\n',
    );
  });

  it.each([
    [{}, 'currency'],
    [{ currency: 'EUR', hour: -1 }, 'hour: a price is at least 0, and this one is -1'],
    [{ currency: 'EUR', hours: 1 }, 'hours: there is no such field'],
  ])('needs prices that are some: not %j', (value, reason) => {
    expect(() => readPrices(value)).toThrow(reason);
  });
});
