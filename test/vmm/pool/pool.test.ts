/** A pool in memory: machines are placed, move, stop and come back, and none runs twice. */
import { describe, expect, it } from 'vitest';
import { MiB, SimPool } from './rack.ts';

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
