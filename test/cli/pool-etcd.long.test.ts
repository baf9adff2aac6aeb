/**
 * A pool in a real etcd of three members, with real hosts: machines count on, with no number missing and none twice, while
 * hosts are killed and stopped, and members of etcd are killed, one by one and all of them.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EtcdCluster, hasEtcd, Line } from '../vmm/pool/etcd.ts';
import { overlaps } from '../../vmm/pool/usage.ts';
import { Pool } from './pool-processes.ts';
import { scratch } from './kit.ts';
import { Running } from './running.ts';

const file = scratch();
const isThere = hasEtcd();
let cluster: EtcdCluster;
beforeAll(async () => {
  if (isThere) cluster = await EtcdCluster.start(3);
});
afterAll(() => cluster?.end());
afterEach(({ task }) => Running.endAll(task.result?.state === 'fail'));

describe.runIf(isThere)('ringlab host --pool etcd://', () => {
  it('loses no machine and runs none twice, whichever hosts and members of etcd are lost', async () => {
    const folder = file('shared');
    const pool = new Pool(`etcd://${cluster.addresses.join(',')}${folder}`, file('state'));
    const lines = await Promise.all(cluster.addresses.map((address) => Line.to(address)));
    const [killed, stopped, lasting] = [
      await pool.start(),
      await pool.start(),
      // This host has other ways to the same etcd.
      await pool.start(`etcd://${lines.map(({ address }) => address).join(',')}${folder}`),
    ] as const;
    for (const name of ['a', 'b', 'c']) {
      await pool.create(name);
      await pool.becomes(name, 'RUNNING');
    }
    await pool.create('held', '--requirements', `HOST = "${lasting}"`, '--no-reserve');
    await pool.becomes('held', 'RUNNING');
    // Each host has one of the first three.
    const { vm } = await pool.view();
    const nameOn = (host: string) =>
      ['a', 'b', 'c'].find((name) => vm.get(name)?.data.host === host) as string;
    const [lost, late, home] = [nameOn(killed), nameOn(stopped), nameOn(lasting)];
    expect([lost, late, home].toSorted()).toEqual(['a', 'b', 'c']);
    await cluster.compact();
    const leader = await cluster.leader();
    await cluster.kill(leader);

    // One host is killed while it starts a machine, and another one stands still.
    const before = await pool.counts(lost, 10);
    await pool.create('new', '--requirements', `HOST = "${killed}" | HOST = "${lasting}"`, '--no-reserve');
    await pool.until((view) => view.vm.get('new')?.data.host === killed);
    pool.hosts.get(killed)?.child.kill('SIGKILL');
    pool.hosts.get(stopped)?.child.kill('SIGSTOP');
    cluster.run(leader);
    const all = ['a', 'b', 'c', 'new', 'held'];
    await pool.until((view) => all.every((name) => view.vm.get(name)?.data.host === lasting));
    pool.hosts.get(stopped)?.child.kill('SIGCONT');
    await pool.hosts.get(stopped)?.ended;
    for (const name of all) await pool.becomes(name, 'RUNNING');
    await pool.counts(lost, before + 10);

    // Answers are lost for less than a lease: the machines run on.
    for (const line of lines) line.mode = 'deaf';
    const { epoch } = await pool.vm(home);
    await pool.run('vm', 'hold', 'held');
    await pause(4000);
    await pool.counts(home, (await pool.numbers(home)).length + 10);
    for (const line of lines) line.mode = 'ok';
    await pool.becomes('held', 'HELD');
    expect((await pool.vm(home)).epoch).toBe(epoch);

    // Neither a minority nor nobody answers: when the lease ends, the machines stand still.
    await cluster.kill(0);
    await cluster.kill(1);
    const status = await pool.run('pool', 'status');
    expect([status.status, status.stderr]).toEqual([
      69,
      expect.stringContaining("the pool's store cannot be read"),
    ]);
    await cluster.kill(2);
    let printed = -1;
    for (let now = 0; now !== printed; now = await pool.countOn(lost, lasting)) {
      printed = now;
      await pause(1000);
    }
    for (const n of [0, 1, 2]) cluster.run(n);
    await cluster.isReady();
    await pool.counts(lost, printed + 10);
    for (const name of all) await pool.counts(name, 5);
    expect(overlaps(await pool.view())).toEqual([]);
    const check = await pool.run('pool', 'check');
    expect([check.status, check.stdout]).toEqual([0, expect.stringContaining('nothing is wrong')]);
    expect(await pool.hosts.get(lasting)?.end('SIGTERM')).toBe(0);
    expect((await pool.view()).host.size).toBe(0);
    for (const line of lines) line.close();
  });
});
