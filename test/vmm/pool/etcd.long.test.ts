/** A store in a real etcd of three members: what every store does, and what it does when members or answers are lost. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commit, contents, grant, renew, testStore } from './contract.ts';
import { EtcdCluster, hasEtcd, Line } from './etcd.ts';

const isThere = hasEtcd();
let cluster: EtcdCluster;
beforeAll(async () => {
  if (isThere) cluster = await EtcdCluster.start(3);
});
afterAll(() => cluster?.end());

let pools = 0;
const newPrefix = () => `/test/${++pools}/`;

describe.runIf(isThere)('etcd', () => {
  testStore({
    kind: 'in etcd',
    open() {
      const prefix = newPrefix();
      return [cluster.store(prefix), cluster.store(prefix)];
    },
    pass: (ms) => pause(ms),
    // It looks for leases that have ended twice a second.
    lateMs: 1500,
  });

  it('commits nothing twice when an answer is lost: that is unknown, and shows when it is read back', async () => {
    const prefix = newPrefix();
    const line = await Line.to(cluster.addresses[0] as string);
    const store = cluster.store(prefix, [line.address, cluster.addresses[1] as string]);
    await contents(store);
    line.mode = 'deaf';
    const when = [{ key: 'a', revision: 0 }];
    expect(await commit(store, when, [{ key: 'a', value: 'ours' }])).toBe('unknown');
    expect(line.lost).toBeGreaterThan(0);
    expect((await contents(store)).get('a')?.value).toBe('ours');
    expect(await commit(store, when, [{ key: 'a', value: 'ours' }])).toBe('refused');
    // A lease is renewed at another member meanwhile.
    line.mode = 'ok';
    const lease = await grant(store, 2000);
    line.mode = 'deaf';
    expect(await renew(store, lease)).toBe(true);
    line.close();
    expect(await renew(store, lease)).toBe(true);
  });

  it('reads on after a compaction, and after a member was started again', async () => {
    const prefix = newPrefix();
    const [store, other] = [cluster.store(prefix), cluster.store(prefix)];
    await commit(store, [], [{ key: 'a', value: 1 }]);
    await contents(store);
    for (let n = 0; n < 5; n++) await commit(other, [], [{ key: `k${n}`, value: n }]);
    await commit(other, [], [{ key: 'a', value: undefined }]);
    await cluster.compact();
    expect([...(await contents(store)).keys()]).toEqual(['k0', 'k1', 'k2', 'k3', 'k4']);
    const leader = await cluster.leader();
    await cluster.kill(leader);
    // Another leads soon.
    let answer = '';
    while (answer !== 'committed') answer = await commit(store, [], [{ key: 'k0', value: 'new' }]);
    expect((await contents(other)).get('k0')?.value).toBe('new');
    cluster.run(leader);
    await cluster.isReady();
  });

  it('answers "unknown" while a majority is gone, and goes on with all that was there when it is back', async () => {
    const store = cluster.store(newPrefix());
    const lease = await grant(store, 3000);
    await commit(store, [], [{ key: 'host', value: 1, lease }]);
    for (const n of [0, 1]) await cluster.kill(n);
    expect(await commit(store, [], [{ key: 'a', value: 1 }])).toBe('unknown');
    expect(await new Promise((told) => store.read(told))).toBeUndefined();
    expect(await renew(store, lease)).toBeUndefined();
    expect(store.lastError).not.toBe('');
    await cluster.kill(2);
    expect(await commit(store, [], [{ key: 'a', value: 2 }])).toBe('unknown');
    for (const n of [0, 1, 2]) cluster.run(n);
    await cluster.isReady();
    expect((await contents(store)).get('host')?.value).toBe(1);
    expect(await renew(store, lease)).toBe(true);
  });
});
