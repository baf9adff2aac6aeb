/** What a pool tells about itself: what is wrong with it, what happened, what there is, and why a machine is as it is. */
import { describe, expect, it } from 'vitest';
import { statusLines } from '../../../cli/pool/status-screen.ts';
import { checkPool } from '../../../vmm/pool/check.ts';
import { discover } from '../../../vmm/pool/discover.ts';
import { eventsBetween, eventsOf } from '../../../vmm/pool/events.ts';
import { json, newVm, PoolView, type VmRecord, type WantRecord } from '../../../vmm/pool/records.ts';
import { stateTable, vmStates } from '../../../vmm/pool/states.ts';
import type { PoolEntries, PoolEntry } from '../../../vmm/pool/store.ts';
import { explainVm } from '../../../vmm/pool/why.ts';
import { MiB, plainWant } from './plain-want.ts';
import { SimPool } from './sim-pool.ts';

/** A pool in which so many machines run. */
function running(machines: number): SimPool {
  const pool = new SimPool(3, 8 * MiB);
  for (let n = 0; n < machines; n++) pool.create(`g${n}`);
  pool.until(() => [...pool.view.vm.values()].every(({ data }) => data.state === 'RUNNING'));
  return pool;
}

/** The pool with a record that no member would write. */
function changed(pool: SimPool, key: string, value: object): PoolView {
  const entry: PoolEntry = { value: json(value), revision: 1e6, lease: null };
  return new PoolView(new Map<string, PoolEntry>(pool.store.entries as PoolEntries).set(key, entry));
}

describe('A check of a pool', () => {
  it('finds nothing in a pool in which all is well, and what waits in one that has lost a host', () => {
    const pool = running(3);
    expect(checkPool(pool.view, pool.now)).toEqual([]);
    pool.unreachable.add('h1:1');
    pool.host(1).kill();
    pool.run(30);
    const found = checkPool(pool.view, pool.now);
    expect(found.map(({ kind }) => kind)).toEqual(['waits', 'waits']);
    expect(found[1]?.what).toContain('pool fence h1:1 --confirm');
  });

  it.each([
    ['vm/g0', { state: 'RUNNING', host: null }, 'is RUNNING on no host'],
    ['vm/g0', { state: 'STOPPED', host: 'h0:1' }, 'is STOPPED, and h0:1 has it'],
    ['vm/g0', { state: 'BOOT', host: 'h0:1', since: 0 }, 'is BOOT for'],
    ['vm/new', {}, 'nobody wants it'],
  ])('finds %s that says %o', (key, record, what) => {
    const pool = running(3);
    const before = pool.view.vm.get('g0')?.data;
    const found = checkPool(changed(pool, key, { ...newVm, ...before, ...record }), pool.now);
    expect(found).toContainEqual({ kind: 'wrong', about: key.slice(3), what: expect.stringContaining(what) });
  });

  it('finds a host with more machines than memory, and time that counts twice', () => {
    const pool = running(3);
    const [name] = [...pool.view.vm].find(([, { data }]) => data.host === 'h0:1') ?? [''];
    const large = changed(pool, `want/${name}`, { ...plainWant, memory: 64 * MiB });
    expect(checkPool(large, pool.now)).toContainEqual({
      kind: 'wrong',
      about: 'h0:1',
      what: 'has machines of 64 MiB, and 8 for them',
    });
    const use = { v: 1, tenant: '', host: 'h0:1', state: 'BOOT', from: 0, to: pool.now, memory: 1, steps: 0 };
    expect(checkPool(changed(pool, `usage/${name}/0`, use), pool.now).map(({ about }) => about)).toContain(
      'usage',
    );
  });
});

describe('The events of a pool', () => {
  it('are all changes of all machines in the order of time, and what became of hosts between two looks', () => {
    const pool = running(2);
    const before = pool.view;
    const events = eventsOf(before);
    expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).toSorted((a, b) => a - b));
    expect(events.filter(({ about }) => about === 'g0').map(({ what }) => what)).toEqual([
      'PROLOG',
      'BOOT',
      'RUNNING',
    ]);
    expect(eventsBetween(before, before, pool.now)).toEqual([]);
    const lost = pool.vm('g0').host as string;
    pool.hosts.get(lost)?.kill();
    pool.until(() => pool.vm('g0').epoch > 1 && pool.vm('g0').state === 'RUNNING');
    const after = eventsBetween(before, pool.view, pool.now);
    const about = (name: string) => after.filter((event) => event.about === name).map(({ what }) => what);
    expect(about('g0')).toEqual(['UNKNOWN', 'PENDING', 'PROLOG', 'BOOT', 'RUNNING']);
    expect(about(lost)).toEqual(['is lost', 'is over']);
    // What was shown once is not shown again.
    expect(eventsOf(pool.view).length).toBe(
      events.length + after.filter(({ host, what }) => host !== null || what === 'PENDING').length,
    );
  });
});

describe('A discovery', () => {
  it('has each machine in a category, each host with its history, and names candidates', () => {
    const pool = running(4);
    pool.wish('g3', { run: 'held' });
    pool.until(() => pool.vm('g3').state === 'HELD');
    const samples = [10, 30].map((cpu, n) => ({ at: n * 60_000, cpu, machines: 2, memory: MiB }));
    const guests = ['g0', 'g1', 'g2'].map((name, n) => ({ name, cpu: [2, 3, 60][n] as number }));
    const found = discover(changed(pool, 'load/h0:1', { v: 1, samples, guests }), pool.now + 1000);
    expect(found.machines.map(({ name, category, measured }) => [name, category, measured])).toEqual([
      ['g0', 'idle', 2],
      ['g1', 'idle', 3],
      ['g2', 'busy', 60],
      ['g3', 'stands still', null],
    ]);
    expect(found.machines.every(({ ms, placements }) => ms >= 1000 && placements === 1)).toBe(true);
    expect(found.hosts[0]?.measured).toEqual({ now: 30, mean: 20, most: 30, ms: 60_000 });
    expect(found.candidates).toContainEqual(
      expect.stringMatching(/^g0, g1 have the same image.* 5 % .*logical/),
    );
    expect(found.candidates).toContainEqual(
      expect.stringMatching(/can be empty: 3 hosts .* become 1, .*physical/),
    );
  });
});

describe('vm show --why', () => {
  const pool = running(1);
  const record: VmRecord = { ...pool.vm('g0'), reason: '' };
  const why = (vm: Partial<VmRecord>, want: Partial<WantRecord> = {}, now = pool.now) =>
    explainVm(pool.view, 'g0', { ...record, ...vm }, { ...plainWant, ...want }, now).join('\n');

  it.each(vmStates)('says of a machine that is %s what it does, and what to do', (state) => {
    const row = stateTable.find((one) => one.state === state);
    const isHosted = row?.host !== 'never';
    const text = why({ state, ...(isHosted ? {} : { host: null }), before: 'RUNNING', since: pool.now });
    expect(text).toContain(`g0 is ${state}${isHosted ? `, on ${record.host}` : ''}: it ${row?.means}`);
    if (row?.advice !== 'nothing') expect(text).toContain('what to do: ');
    if (row?.deadlineMs) expect(text).toContain(`its host has ${row.deadlineMs / 1000} s left for that`);
  });

  it('says whose turn it is', () => {
    expect(why({}, { run: 'held' })).toContain('it is to be held');
    expect(why({ state: 'HELD' })).toContain('it is to run');
    expect(why({}, { run: 'stopped' })).toContain('it is to be stopped');
    expect(why({}, { run: 'done' })).toContain('it is to be released');
    expect(why({ state: 'BOOT', since: 0 })).toContain('its host is late');
    expect(why({ state: 'UNKNOWN', before: 'RUNNING', host: 'h7:1' })).toMatch(
      /its host is to be fenced\n.*pool fence h7:1 --confirm/,
    );
    expect(why({}, { until: pool.now + 90_000 })).toContain('its lease ends in 2 min');
    expect(why({ host: 'h7:1' })).toContain('nothing was heard of h7:1');
  });
});

describe('pool status --watch', () => {
  it('draws a pool with moves, waits and events in 80 columns and 24 rows', () => {
    const pool = running(6);
    pool.create('large', { memory: 100 * MiB });
    pool.host(2).kill();
    pool.until(() => [...pool.view.vm.values()].some(({ data }) => data.state === 'UNKNOWN'));
    const size = { columns: 80, rows: 24, now: pool.now };
    const lines = statusLines(pool.view, eventsOf(pool.view), size);
    expect(lines.length).toBe(24);
    expect(Math.max(...lines.map((line) => line.length))).toBe(80);
    const text = lines.join('\n');
    expect(text).toMatch(/^2 hosts, 7 machines; q ends this +00:1\d:\d\d$/m);
    expect(text).toMatch(/^h0:1 +on(, manager)? +2 +###\.{7} 2\/8M +##\.{8} 20 %$/m);
    expect(text).toMatch(/^h2:1 +lost +2 /m);
    expect(text).toMatch(/^large PENDING: h0:1: has 6 MiB of memory free, it needs 100$/m);
    expect(text).toMatch(/^00:1\d:\d\d g\d RUNNING on h0:1/m);
  });
});
