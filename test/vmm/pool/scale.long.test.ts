/** A pool of 10 hosts with up to 200 machines: none is lost, none runs twice, and the work grows with the machines, not faster. */
import { describe, expect, it } from 'vitest';
import { consolidationPlan } from '../../../vmm/pool/balance.ts';
import { overlaps, sumUsage } from '../../../vmm/pool/usage.ts';
import { MiB } from './plain-want.ts';
import { SimPool } from './sim-pool.ts';

const hosts = 10;

/** What a pool of so many machines asked of its store until all ran, and then in ten seconds of peace. */
function workOf(machines: number): {
  readonly commits: number;
  readonly seconds: number;
  readonly idle: number;
} {
  const pool = new SimPool(hosts, 64 * MiB);
  pool.run(2);
  const [before, began] = [pool.store.revision, pool.now];
  for (let n = 0; n < machines; n++) pool.create(`g${n}`, { cpu: 1 });
  const isDone = () => [...pool.view.vm.values()].every(({ data }) => data.state === 'RUNNING');
  expect(pool.until(isDone)).toBe(true);
  const commits = pool.store.revision - before;
  const seconds = (pool.now - began) / 1000;
  pool.run(10);
  expect(pool.found).toEqual([]);
  return { commits, seconds, idle: pool.store.revision - before - commits };
}

describe('A pool of ten hosts', () => {
  it('makes as many commits for each machine, whether there are 50, 100 or 200, and none in peace', () => {
    const works = [50, 100, 200].map((machines) => ({ machines, ...workOf(machines) }));
    const perMachine = works.map(({ commits, machines }) => commits / machines);
    expect(Math.max(...perMachine)).toBeLessThanOrEqual(Math.min(...perMachine) * 1.05);
    expect(works.map(({ idle }) => idle)).toEqual([0, 0, 0]);
    // The manager places all that it sees in one turn.
    expect(Math.max(...works.map(({ seconds }) => seconds))).toBeLessThanOrEqual(5);
  });

  it('loses none of 200 machines when one host is drained and another one killed, and all are billed once', () => {
    const pool = new SimPool(hosts, 64 * MiB);
    const names = Array.from({ length: 200 }, (_, n) => `g${n}`);
    for (const name of names) pool.create(name, { cpu: 1 });
    const all = (state: string) => () => names.every((name) => pool.vm(name).state === state);
    expect(pool.until(all('RUNNING'))).toBe(true);
    const on = (address: string) => names.filter((name) => pool.vm(name).host === address).length;
    expect(on('h3:1')).toBe(20);
    pool.node('h3:1', 'draining');
    expect(pool.until(() => on('h3:1') === 0, 200)).toBe(true);
    pool.host(5).kill();
    expect(pool.until(() => on('h5:1') === 0)).toBe(true);
    expect(pool.until(all('RUNNING'))).toBe(true);
    const { before, after, machines } = consolidationPlan(pool.view);
    expect([before, after, machines]).toEqual([8, 4, 200]);
    for (const name of names) pool.wish(name, { run: 'done' });
    expect(pool.until(all('DONE'))).toBe(true);
    expect(pool.found).toEqual([]);
    expect(overlaps(pool.view)).toEqual([]);
    const sum = (by: 'vm' | 'host') => sumUsage(pool.view, by).reduce((total, { ms }) => total + ms, 0);
    expect(sum('vm')).toBe(sum('host'));
    expect(sum('vm')).toBeGreaterThan(200 * 10_000);
  });
});
