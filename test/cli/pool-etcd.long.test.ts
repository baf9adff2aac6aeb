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
    const on = (host: string) => [
      '--rank',
      'striping',
      '--requirements',
      `HOST = "${host}" | RUNNING_VMS > 0`,
    ];
    await pool.create('one', ...on(killed));
    await pool.create('two', ...on(stopped));
    await pool.create('three', ...on(lasting));
    const names = ['one', 'two', 'three'];
    for (const name of names) await pool.becomes(name, 'RUNNING');
    expect(await Promise.all(names.map(async (name) => (await pool.vm(name)).host))).toEqual([
      killed,
      stopped,
      lasting,
    ]);
    await cluster.compact();
    const leader = await cluster.leader();
    await cluster.kill(leader);

    // One host is killed while it starts a machine, and another one stands still.
    const before = await pool.counts('one', 10);
    await pool.create('four', '--requirements', `HOST = "${killed}" | RUNNING_VMS > 1`);
    await pool.until((view) => view.vm.get('four')?.data.host === killed);
    pool.hosts.get(killed)?.child.kill('SIGKILL');
    pool.hosts.get(stopped)?.child.kill('SIGSTOP');
    cluster.run(leader);
    const all = [...names, 'four'];
    await pool.until((view) => all.every((name) => view.vm.get(name)?.data.host === lasting));
    pool.hosts.get(stopped)?.child.kill('SIGCONT');
    await pool.hosts.get(stopped)?.ended;
    for (const name of all) await pool.becomes(name, 'RUNNING');
    await pool.counts('one', before + 10);

    // Answers are lost for less than a lease: the machines run on.
    for (const line of lines) line.mode = 'deaf';
    const { epoch } = await pool.vm('one');
    await pool.run('vm', 'hold', 'two');
    await pause(4000);
    await pool.counts('one', (await pool.numbers('one')).length + 10);
    for (const line of lines) line.mode = 'ok';
    await pool.becomes('two', 'HELD');
    expect((await pool.vm('one')).epoch).toBe(epoch);

    // A minority gives no answers, and no member at all neither: when the lease ends, the machines stand still.
    await cluster.kill(0);
    await cluster.kill(1);
    const status = await pool.run('pool', 'status');
    expect([status.status, status.stderr]).toEqual([
      69,
      expect.stringContaining("the pool's store cannot be read"),
    ]);
    await cluster.kill(2);
    let printed = -1;
    for (let now = 0; now !== printed; now = await pool.countOn('one', lasting)) {
      printed = now;
      await pause(1000);
    }
    for (const n of [0, 1, 2]) cluster.run(n);
    await cluster.isReady();
    for (const name of ['one', 'three', 'four']) await pool.becomes(name, 'RUNNING');
    await pool.counts('one', printed + 10);
    for (const name of all) await pool.counts(name, 5);
    expect(overlaps(await pool.view())).toEqual([]);
    const check = await pool.run('pool', 'check');
    expect([check.status, check.stdout]).toEqual([0, expect.stringContaining('nothing is wrong')]);
    expect(await pool.hosts.get(lasting)?.end('SIGTERM')).toBe(0);
    expect((await pool.view()).host.size).toBe(0);
    for (const line of lines) line.close();
  });
});
