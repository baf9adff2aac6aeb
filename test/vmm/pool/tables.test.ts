/** The life cycle is one table, and the page prints it; expressions and placement say what is wrong and why. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  admit,
  admitDrain,
  userMove,
  balancePlan,
  consolidationPlan,
  drainPlan,
} from '../../../vmm/pool/balance.ts';
import { parseRank, parseRequirement } from '../../../vmm/pool/expression.ts';
import { explain, judge, needOf, rackOf } from '../../../vmm/pool/place.ts';
import {
  type HostRecord,
  json,
  newNode,
  newVm,
  PoolView,
  type WantRecord,
} from '../../../vmm/pool/records.ts';
import { stateTable, vmStates, withStates } from '../../../vmm/pool/states.ts';
import type { PoolEntry } from '../../../vmm/pool/store.ts';
import { sumUsage } from '../../../vmm/pool/usage.ts';
import { MiB, plainWant } from './plain-want.ts';

describe('The table of states', () => {
  it('is the one that the page prints', () => {
    const page = readFileSync(new URL('../../../vmm/pool/README.md', import.meta.url), 'utf8');
    expect(page).toBe(withStates(page));
  });

  it('has a row for each state, and each state can be reached, and left unless it is the last', () => {
    expect(stateTable.map(({ state }) => state)).toEqual(vmStates);
    const reached = new Set(stateTable.flatMap(({ changes }) => changes.map(({ to }) => to)));
    expect(vmStates.filter((state) => !reached.has(state))).toEqual([]);
    expect(stateTable.filter(({ changes }) => changes.length === 0).map(({ state }) => state)).toEqual([
      'DONE',
    ]);
  });

  it('has a deadline for every state in which a host works, and a way out that says so', () => {
    for (const state of ['PROLOG', 'BOOT', 'MIGRATE', 'SAVE', 'EPILOG']) {
      const row = stateTable.find((one) => one.state === state);
      expect(row?.deadlineMs, state).toBeGreaterThan(0);
      expect(
        row?.changes.some(({ on }) => on.includes('deadline')),
        state,
      ).toBe(true);
    }
  });

  it('has a way out of every state with a host when that host is lost', () => {
    for (const { state, host, changes } of stateTable)
      if (host !== 'never' && state !== 'UNKNOWN')
        expect(
          changes.map(({ to }) => to),
          state,
        ).toContain('UNKNOWN');
  });
});

const facts = new Map<string, number | string>([
  ['FREE_MEM', 512],
  ['HOST', '10.0.0.7:1'],
  ['RUNNING_VMS', 3],
  ['FREE_CPU', 40],
  ['GPU', 1],
]);

describe('A requirement', () => {
  it.each([
    ['', true],
    ['FREE_MEM >= 512', true],
    ['FREE_MEM > 512 | HOST = "10.0.*"', true],
    ['!(GPU = 1)', false],
    ['GPU = 1 & !HOST = "10.1.*"', true],
    ['FREE_CPU != 40', false],
    ['HOST != "*"', false],
    ['FREE_CPU > -1', true],
  ])('%s is %s', (text, holds) => {
    expect(parseRequirement(text, ['GPU'])(facts)).toBe(holds);
  });

  it.each([
    ['FREE_MEN > 1', 'requirements: there is no FREE_MEN; did you mean FREE_MEM?'],
    ['free_mem > 1', 'requirements: there is no free_mem; did you mean FREE_MEM?'],
    ['FREE_MEM', 'expected = != < > <= or >=, found its end'],
    ['FREE_MEM > "x"', 'a pattern is = or !='],
    ['(FREE_MEM > 1', 'expected ), found its end'],
    ['FREE_MEM > 1 )', 'expected the end, found )'],
    [`${'!'.repeat(200)}GPU = 1`, 'nested more than 100 deep'],
  ])('%s is refused with a hint', (text, message) => {
    expect(() => parseRequirement(text, ['GPU'])).toThrow(message);
  });
});

describe('A rank', () => {
  it.each([
    ['packing', 3],
    ['striping', -3],
    ['load', 40],
    ['', 0],
    ['FREE_CPU - 2 * RUNNING_VMS', 34],
    ['-(FREE_CPU + 2) / 4', -10.5],
    ['FREE_CPU / 0', Number.POSITIVE_INFINITY],
  ])('%s is %d', (text, value) => {
    expect(parseRank(text, [])(facts)).toBe(value);
  });

  it('with an unknown name is refused with the names that there are', () => {
    expect(() => parseRank('COLOUR', [])).toThrow('rank: there is no COLOUR; names are FREE_MEM USED_MEM');
  });
});

/** A pool in which each host has these machines, by name. */
function pool(
  hosts: readonly (Partial<HostRecord> & {
    readonly guests: Readonly<Record<string, Partial<WantRecord>>>;
  })[],
) {
  const entries = new Map<string, PoolEntry>();
  const put = (key: string, value: object) =>
    entries.set(key, { value: json(value), revision: 1, lease: null });
  const { variant } = plainWant;
  for (const [n, { guests, ...own }] of hosts.entries()) {
    const host = {
      v: 1,
      instance: `i${n}`,
      variant,
      monitor: 'none',
      translateUser: false,
      memory: 8 * MiB,
      cpu: 100,
    };
    put(`host/h${n}:1`, { ...host, ...own });
    put(`node/h${n}:1`, { ...newNode, instance: `i${n}`, labels: { PRIORITY: n } });
    for (const [name, want] of Object.entries(guests)) {
      put(`want/${name}`, { ...plainWant, ...want });
      put(`vm/${name}`, { ...newVm, state: 'RUNNING', host: `h${n}:1`, instance: `i${n}`, epoch: 1 });
    }
  }
  return new PoolView(entries);
}

describe('Placement', () => {
  const view = pool([{ guests: { a: {}, b: {} } }, { guests: { c: {} } }, { guests: {}, memory: MiB / 2 }]);
  const ranked = (want: Partial<WantRecord>) =>
    judge(rackOf(view), needOf('new', { ...plainWant, ...want })).map(({ address, reason }) =>
      reason ? '' : address,
    );

  it('prefers full hosts, empty hosts, idle hosts, or hosts of a priority', () => {
    expect(ranked({ rank: 'packing' })).toEqual(['h0:1', 'h1:1', '']);
    expect(ranked({ rank: 'striping' })).toEqual(['h1:1', 'h0:1', '']);
    expect(ranked({ rank: 'load' })).toEqual(['h1:1', 'h0:1', '']);
    expect(ranked({ rank: 'fixed' })).toEqual(['h1:1', 'h0:1', '']);
    expect(ranked({ rank: '-PRIORITY' })).toEqual(['h0:1', 'h1:1', '']);
  });

  it('says of each host why it is out', () => {
    const need = needOf('new', { ...plainWant, rank: '', requirements: 'RUNNING_VMS > 1' });
    expect(explain(rackOf(view), { ...need, exclude: ['h0:1'] }).split('\n')).toEqual([
      'h0:1: could not start it before; `vm retry` tries again',
      'h1:1: does not meet the requirements: RUNNING_VMS > 1',
      'h2:1: has 0 MiB of memory free, it needs 1',
    ]);
  });

  it('refuses a host on which the machine would not run right (Theorem 1)', () => {
    const flawed = { name: 'ring32-x', unprivileged: ['sflags'], cpuid: 1 };
    const only = pool([{ guests: {}, variant: flawed, monitor: 'trap-and-emulate' }]);
    expect(explain(rackOf(only), needOf('new', plainWant))).toContain('h0:1: it was started on ring32-v');
  });
});

describe('Moves', () => {
  it('even out the load, with the smallest machine that does', () => {
    const guests = { big: { cpu: 40 }, small: { cpu: 15 }, other: { cpu: 20 } };
    const { moves } = balancePlan(pool([{ guests }, { guests: {} }]), 1e9);
    expect(moves).toEqual([{ vm: 'small', from: 'h0:1', to: 'h1:1', why: 'h0:1 has 75 % load, h1:1 0 %' }]);
    expect(balancePlan(pool([{ guests: { a: { cpu: 15 } } }, { guests: {} }]), 1e9).moves).toEqual([]);
    expect(balancePlan(pool([{ guests }, { guests: {} }]), 1000).moves).toEqual([]);
  });

  it('empty a host; what fits nowhere is listed with the reasons', () => {
    const view = pool([
      { guests: { big: { memory: 6 * MiB }, small: {} } },
      { guests: { there: { memory: 4 * MiB } } },
    ]);
    const { moves, stuck } = drainPlan(view, 'h0:1');
    expect(moves.map(({ vm, to }) => [vm, to])).toEqual([['small', 'h1:1']]);
    expect([...stuck]).toEqual([['big', 'h1:1: has 4 MiB of memory free, it needs 6']]);
  });

  it('consolidate: fewer hosts for as many machines', () => {
    const view = pool([
      { guests: { a: {}, b: {} } },
      { guests: { c: {} } },
      { guests: { d: {} } },
      { guests: {} },
    ]);
    const { before, after, machines, emptied, moves } = consolidationPlan(view);
    expect({ before, after, machines, emptied }).toEqual({
      before: 3,
      after: 1,
      machines: 4,
      emptied: ['h1:1', 'h2:1'],
    });
    expect(moves.map(({ vm, to }) => [vm, to])).toEqual([
      ['c', 'h0:1'],
      ['d', 'h0:1'],
    ]);
  });
});

describe('Admission', () => {
  it('leaves room for the machines of the largest host', () => {
    const view = pool([{ guests: { a: { memory: 4 * MiB } } }, { guests: { b: { memory: 3 * MiB } } }]);
    const admitted = (name: string, want: Partial<WantRecord>) =>
      admit(view, new Map([[name, { ...plainWant, ...want }]]));
    const refused = /^if h\d:1 were lost, \w+ would fit nowhere$/;
    expect(admitted('new', { memory: MiB })).toBeUndefined();
    expect(admitted('new', { memory: 3 * MiB })).toMatch(refused);
    expect(admitted('new', { memory: 3 * MiB, ha: 'off' })).toBeUndefined();
    // A machine that is resized gives up its present place; several are counted together.
    expect(admitted('a', { memory: 5 * MiB })).toBeUndefined();
    expect(admitted('a', { memory: 6 * MiB })).toMatch(refused);
    const wants = ['x', 'y'].map((name) => [name, { ...plainWant, memory: MiB }] as const);
    expect(admit(view, new Map(wants))).toMatch(refused);
  });

  it('refuses to empty a host when the others could not lose one more', () => {
    const three = pool([
      { guests: { a: { memory: 4 * MiB } } },
      { guests: { b: { memory: 4 * MiB } } },
      { guests: {} },
    ]);
    expect(admitDrain(three, 'h2:1')).toBeUndefined();
    const full = pool([
      { guests: { a: { memory: 6 * MiB } } },
      { guests: { b: { memory: 4 * MiB } } },
      { guests: {} },
    ]);
    expect(admitDrain(full, 'h2:1')).toMatch(refusedDrain);
  });

  const refusedDrain = /^if h\d:1 were lost, \w+ would fit nowhere$/;

  it('says why a machine cannot move where its user wants it', () => {
    const view = pool([{ guests: { a: {} } }, { guests: { b: { memory: 8 * MiB } } }]);
    expect(() => userMove(view, 'a', 'h0:1')).toThrow('it is on h0:1 already');
    expect(() => userMove(view, 'a', 'h9:1')).toThrow('h9:1 is not there');
    expect(() => userMove(view, 'a')).toThrow('h1:1: has 0 MiB of memory free, it needs 1');
    expect(userMove(pool([{ guests: { a: {} } }, { guests: {} }]), 'a').to).toBe('h1:1');
  });
});

describe('Usage', () => {
  it('sums time, memory and instructions by machine, tenant and host', () => {
    const record = { v: 1, tenant: 't', state: 'RUNNING', memory: MiB };
    const entries = new Map<string, PoolEntry>();
    const put = (key: string, value: object) =>
      entries.set(key, { value: json(value), revision: 1, lease: null });
    put('usage/g/1000', { ...record, host: 'a:1', from: 1000, to: 3000, steps: 50 });
    put('usage/g/3000', { ...record, host: 'b:1', from: 3000, to: 4000, steps: 70 });
    put('usage/g/4000', { ...record, host: 'b:1', from: 4000, to: 5000, steps: 5 });
    const view = new PoolView(entries);
    expect(sumUsage(view, 'vm')).toEqual([
      { name: 'g', ms: 4000, memoryByteSeconds: 4 * MiB, steps: 75, placements: 2, migrations: 0 },
    ]);
    expect(sumUsage(view, 'host').map(({ name, steps }) => [name, steps])).toEqual([
      ['a:1', 50],
      ['b:1', 25],
    ]);
    expect(sumUsage(view, 'tenant').map(({ name }) => name)).toEqual(['t']);
  });
});
