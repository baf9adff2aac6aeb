/** A pool in memory: machines are placed, move, stop and come back, and none runs twice. */
import { describe, expect, it } from 'vitest';
import { MiB } from './plain-want.ts';
import { SimPool } from './sim-pool.ts';

/** A pool in which so many machines run. */
function running(machines: number, hosts = 3): SimPool {
  const pool = new SimPool(hosts, 8 * MiB);
  for (let n = 0; n < machines; n++) pool.create(`g${n}`);
  expect(pool.until(() => statesOf(pool).every((state) => state === 'RUNNING'))).toBe(true);
  return pool;
}

const statesOf = (pool: SimPool) => [...pool.view.vm.values()].map(({ data }) => data.state);

describe('A pool', () => {
  it('gives each machine a host, and runs it there', () => {
    const pool = running(6);
    pool.run(5);
    for (const guest of ['g0', 'g5']) expect(pool.printed(guest)).toBeGreaterThan(10);
    expect(pool.found).toEqual([]);
  });

  it('says of a machine that fits nowhere what each host lacks, and places it when one has room', () => {
    const pool = running(0, 2);
    pool.create('big', { memory: 16 * MiB });
    expect(pool.until(() => pool.vm('big').reason !== '')).toBe(true);
    expect(pool.vm('big').reason).toBe(
      'h0:1: has 8 MiB of memory free, it needs 16\nh1:1: has 8 MiB of memory free, it needs 16',
    );
    pool.wish('big', { memory: 4 * MiB });
    expect(pool.until(() => pool.vm('big').state === 'RUNNING')).toBe(true);
    expect(pool.found).toEqual([]);
  });

  it('moves a machine while it runs, and no number is missing or printed twice', () => {
    const pool = running(1);
    const from = pool.vm('g0').host as string;
    const to = [...pool.hosts.keys()].find((address) => address !== from) as string;
    pool.move('g0', to);
    expect(pool.until(() => pool.vm('g0').host === to)).toBe(true);
    const before = pool.printed('g0');
    pool.run(5);
    expect(pool.printed('g0')).toBeGreaterThan(before);
    expect(pool.found).toEqual([]);
  });

  it('holds, stops, starts and releases a machine', () => {
    const pool = running(1);
    const becomes = (state: string) => expect(pool.until(() => pool.vm('g0').state === state)).toBe(true);
    pool.wish('g0', { run: 'held' });
    becomes('HELD');
    const printed = pool.printed('g0');
    pool.run(3);
    expect(pool.printed('g0')).toBe(printed);
    pool.wish('g0', { run: 'stopped' });
    becomes('STOPPED');
    expect(pool.vm('g0').host).toBeNull();
    pool.wish('g0', { run: 'running', order: 1 });
    becomes('RUNNING');
    pool.run(3);
    expect(pool.printed('g0')).toBeGreaterThan(printed);
    pool.wish('g0', { run: 'done' });
    becomes('DONE');
    expect([...pool.hosts.values()].flatMap(({ guests }) => [...guests.keys()])).toEqual([]);
    expect(pool.found).toEqual([]);
  });

  it('restarts the machines of a host that was killed on others, where they were', () => {
    const pool = running(6);
    pool.run(5);
    pool.host(1).kill();
    expect(pool.until(() => statesOf(pool).includes('UNKNOWN'))).toBe(true);
    expect(pool.until(() => statesOf(pool).every((state) => state === 'RUNNING'))).toBe(true);
    pool.run(5);
    expect([...pool.view.vm.values()].map(({ data }) => data.host)).not.toContain('h1:1');
    expect(pool.found).toEqual([]);
  });

  it('goes on when the host of its manager is killed', () => {
    const pool = running(3);
    const manager = pool.view.manager?.data.address as string;
    pool.hosts.get(manager)?.kill();
    expect(
      pool.until(() => pool.view.manager !== undefined && pool.view.manager.data.address !== manager),
    ).toBe(true);
    expect(pool.until(() => statesOf(pool).every((state) => state === 'RUNNING'))).toBe(true);
    expect(pool.found).toEqual([]);
  });

  it('empties a host that is drained', () => {
    const pool = running(6);
    pool.node('h0:1', 'draining');
    const hosts = () => [...pool.view.vm.values()].map(({ data }) => data.host);
    expect(pool.until(() => !hosts().includes('h0:1'))).toBe(true);
    expect(statesOf(pool)).not.toContain('PENDING');
    expect(pool.found).toEqual([]);
  });

  it('stops a machine when its lease has ended, starts it with a longer one, and releases it if that is wanted', () => {
    const pool = running(0);
    pool.create('g0', { until: pool.now + 10_000 });
    pool.create('g1', { until: pool.now + 10_000, onEnd: 'done' });
    expect(pool.until(() => statesOf(pool).every((state) => state === 'RUNNING'), 8)).toBe(true);
    expect(pool.until(() => pool.vm('g0').state === 'STOPPED' && pool.vm('g1').state === 'DONE', 12)).toBe(
      true,
    );
    expect(pool.now).toBeGreaterThanOrEqual(1_000_000 + 10_000);
    expect(pool.vm('g0').history.find(({ state }) => state === 'SAVE')?.reason).toBe('its lease has ended');
    pool.run(20);
    expect(pool.vm('g0').state).toBe('STOPPED');
    const printed = pool.printed('g0');
    pool.wish('g0', { until: pool.now + 60_000 });
    expect(pool.until(() => pool.vm('g0').state === 'RUNNING')).toBe(true);
    pool.run(3);
    expect(pool.printed('g0')).toBeGreaterThan(printed);
    expect(pool.found).toEqual([]);
  });

  it('runs a machine on demand when it is started or its time has come, until it has nothing to do', () => {
    const pool = running(0);
    // The pool's time began 16 minutes and 40 seconds after midnight.
    pool.create('g0', { policy: 'on-demand', at: [18], idle: 5000 });
    const becomes = (state: string, seconds: number) =>
      expect(pool.until(() => pool.vm('g0').state === state, seconds)).toBe(true);
    becomes('STOPPED', 10);
    pool.run(30);
    expect([pool.vm('g0').state, pool.printed('g0')]).toEqual(['STOPPED', 0]);
    becomes('RUNNING', 60);
    expect(pool.now).toBeGreaterThanOrEqual(18 * 60_000);
    const rest = () => {
      const { host } = pool.vm('g0');
      const guest = pool.hosts.get(host as string)?.guests.get('g0');
      if (guest !== undefined) guest.idle = 6000;
    };
    rest();
    becomes('STOPPED', 10);
    expect(pool.vm('g0').history.find(({ state }) => state === 'SAVE')?.reason).toBe(
      'it had nothing to do for 5 s',
    );
    pool.run(30);
    expect(pool.vm('g0').state).toBe('STOPPED');
    pool.wish('g0', { order: 1 });
    becomes('RUNNING', 10);
    expect(pool.found).toEqual([]);
  });

  it('leaves machines of a host that cannot be fenced UNKNOWN until a person confirms', () => {
    const pool = running(3);
    const lost = pool.vm('g0').host as string;
    pool.unreachable.add(lost);
    pool.hosts.get(lost)?.kill();
    pool.run(60);
    expect(pool.vm('g0').state).toBe('UNKNOWN');
    expect(pool.vm('g0').reason).toContain(`pool fence ${lost} --confirm`);
    pool.confirm(lost);
    expect(pool.until(() => pool.vm('g0').state === 'RUNNING')).toBe(true);
    expect(pool.found).toEqual([]);
  });

  it('gives a machine back to its host when that host is heard of again', () => {
    const pool = running(3);
    const host = pool.vm('g0').host as string;
    const manager = pool.view.manager?.data.address;
    const other = [...pool.hosts.values()].find(
      ({ address }) => address !== manager,
    ) as typeof pool.hosts extends Map<string, infer T> ? T : never;
    expect(host).toBeDefined();
    pool.unreachable.add(other.address);
    other.line.mode = 'cut';
    expect(pool.until(() => statesOf(pool).includes('UNKNOWN'))).toBe(true);
    other.line.mode = 'ok';
    expect(pool.until(() => statesOf(pool).every((state) => state === 'RUNNING'))).toBe(true);
    expect(pool.found).toEqual([]);
  });
});
