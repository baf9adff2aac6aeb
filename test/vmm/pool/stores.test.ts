/** Stores in memory and in a folder; etcd.long.test.ts has the ones in etcd. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FolderStore, ForeignFolder } from '../../../vmm/pool/folder-store.ts';
import { MemoryStore } from '../../../vmm/pool/memory-store.ts';
import type { PoolStore } from '../../../vmm/pool/store.ts';
import { commit, contents, grant, renew, testStore } from './contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlab-pool-'));
afterAll(() => rmSync(folder, { recursive: true }));

let now = 1000;
const clock = () => now;
let names = 0;
const newName = () => `name-${++names}`;
const place = { machine: 'here', boot: 'first', clock, newName };
const openFolder = (name: string) => new FolderStore(join(folder, name), place);

const pass = async (ms: number): Promise<void> => {
  now += ms;
};

testStore({
  kind: 'in memory',
  open() {
    const store = new MemoryStore(clock);
    return [store, store];
  },
  pass,
  lateMs: 0,
});

testStore({
  kind: 'in a folder',
  open() {
    const name = newName();
    return [openFolder(name), openFolder(name)];
  },
  pass,
  lateMs: 0,
});

describe('A store in a folder', () => {
  it('is as it was when it is opened again, also from its sum', async () => {
    const store = openFolder('again');
    for (let n = 1; n <= 220; n++) await commit(store, [], [{ key: `k${n % 7}`, value: n }]);
    const later = openFolder('again');
    const sorted = async (one: PoolStore) =>
      [...(await contents(one))].toSorted(([a], [b]) => (a < b ? -1 : 1));
    expect(await sorted(later)).toEqual(await sorted(store));
    expect(readdirSync(join(folder, 'again'))).toContain('base');
    expect(await commit(later, [{ key: 'k1', revision: 218 }], [{ key: 'k1', value: 0 }])).toBe('committed');
    expect((await contents(store)).get('k1')?.revision).toBe(221);
  });

  it('ends the leases of before when the machine was started again', async () => {
    const store = openFolder('boots');
    const lease = await grant(store, 1e9);
    await commit(store, [], [{ key: 'host', value: 1, lease }]);
    expect([
      ...(await contents(new FolderStore(join(folder, 'boots'), { ...place, boot: 'second' }))).keys(),
    ]).toEqual([]);
  });

  it('is one machine’s: another is refused', () => {
    openFolder('ours');
    expect(() => new FolderStore(join(folder, 'ours'), { ...place, machine: 'there' })).toThrow(
      ForeignFolder,
    );
  });

  it('answers "unknown" when the folder is gone', async () => {
    const store = openFolder('gone');
    rmSync(join(folder, 'gone'), { recursive: true });
    writeFileSync(join(folder, 'gone'), 'a file');
    expect(await commit(store, [], [{ key: 'a', value: 1 }])).toBe('unknown');
    expect(await renew(store, 'x')).toBeUndefined();
  });
});
