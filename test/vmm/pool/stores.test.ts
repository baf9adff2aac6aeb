/** What every kind of store does: all or nothing, conditions, leases that end. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FolderStore, ForeignFolder } from '../../../vmm/pool/folder-store.ts';
import { MemoryStore } from '../../../vmm/pool/memory-store.ts';
import type { Commit, PoolEntries, PoolStore } from '../../../vmm/pool/store.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlab-pool-'));
afterAll(() => rmSync(folder, { recursive: true }));

let now = 1000;
const clock = () => now;
let names = 0;
const newName = () => `name-${++names}`;
const place = { machine: 'here', boot: 'first', clock, newName };
const openFolder = (name: string) => new FolderStore(join(folder, name), place);

/** Each kind, as two that share one store. */
const kinds: readonly [string, () => readonly [PoolStore, PoolStore]][] = [
  [
    'in memory',
    () => {
      const store = new MemoryStore(clock);
      return [store, store];
    },
  ],
  [
    'in a folder',
    () => {
      const name = newName();
      return [openFolder(name), openFolder(name)];
    },
  ],
];

function contents(store: PoolStore): PoolEntries {
  let found: PoolEntries = new Map();
  store.read((entries) => {
    found = entries ?? found;
  });
  return found;
}

function commit(store: PoolStore, when: Commit['when'], changes: Commit['changes']): string {
  let found = '';
  store.commit({ when, changes }, (answer) => {
    found = answer;
  });
  return found;
}

function grant(store: PoolStore, ttlMs: number): string {
  let found = '';
  store.grant(ttlMs, (lease) => {
    found = lease ?? '';
  });
  return found;
}

function renew(store: PoolStore, lease: string): boolean | undefined {
  let found: boolean | undefined;
  store.renew(lease, (isAlive) => {
    found = isAlive;
  });
  return found;
}

describe.each(kinds)('A store %s', (_, open) => {
  it('makes a commit as a whole, if all of its conditions hold', () => {
    const [one, other] = open();
    expect(
      commit(
        one,
        [{ key: 'a', revision: 0 }],
        [
          { key: 'a', value: 1 },
          { key: 'b', value: [2] },
        ],
      ),
    ).toBe('committed');
    const { revision = 0 } = contents(other).get('a') ?? {};
    expect(commit(other, [{ key: 'a', revision: 0 }], [{ key: 'c', value: 3 }])).toBe('refused');
    const when = [
      { key: 'a', revision },
      { key: 'b', revision: revision + 1 },
    ];
    expect(commit(other, when, [{ key: 'a', value: 4 }])).toBe('refused');
    expect([...contents(one)].map(([key, { value }]) => [key, value])).toEqual([
      ['a', 1],
      ['b', [2]],
    ]);
    expect(commit(other, [{ key: 'a', revision }], [{ key: 'a', value: undefined }])).toBe('committed');
    expect([...contents(one).keys()]).toEqual(['b']);
  });

  it('removes what goes with a lease when its time is over, and not while it is renewed', () => {
    const [one, other] = open();
    const lease = grant(one, 1000);
    expect(
      commit(
        one,
        [],
        [
          { key: 'host', value: 1, lease },
          { key: 'stays', value: 1 },
        ],
      ),
    ).toBe('committed');
    now += 900;
    expect(renew(one, lease)).toBe(true);
    now += 900;
    expect(contents(other).get('host')?.lease).toBe(lease);
    expect(commit(other, [{ key: 'host', lease }], [{ key: 'by', value: 'its owner' }])).toBe('committed');
    now += 101;
    expect([...contents(other).keys()]).toEqual(['stays', 'by']);
    expect(commit(one, [{ key: 'host', lease }], [{ key: 'late', value: 1 }])).toBe('refused');
    expect(renew(one, lease)).toBe(false);
    expect(commit(one, [], [{ key: 'host', value: 2, lease }])).toBe('refused');
  });

  it('ends a lease at once when it is asked to', () => {
    const [one, other] = open();
    const lease = grant(one, 1000);
    commit(one, [], [{ key: 'host', value: 1, lease }]);
    one.end(lease);
    expect(contents(other).has('host')).toBe(false);
  });
});

describe('A store in a folder', () => {
  it('is as it was when it is opened again, also from its sum', () => {
    const store = openFolder('again');
    for (let n = 1; n <= 220; n++) commit(store, [], [{ key: `k${n % 7}`, value: n }]);
    const later = openFolder('again');
    const sorted = (one: PoolStore) => [...contents(one)].toSorted(([a], [b]) => (a < b ? -1 : 1));
    expect(sorted(later)).toEqual(sorted(store));
    expect(readdirSync(join(folder, 'again'))).toContain('base');
    expect(commit(later, [{ key: 'k1', revision: 218 }], [{ key: 'k1', value: 0 }])).toBe('committed');
    expect(contents(store).get('k1')?.revision).toBe(221);
  });

  it('ends the leases of before when the machine was started again', () => {
    const store = openFolder('boots');
    const lease = grant(store, 1e9);
    commit(store, [], [{ key: 'host', value: 1, lease }]);
    expect([
      ...contents(new FolderStore(join(folder, 'boots'), { ...place, boot: 'second' })).keys(),
    ]).toEqual([]);
  });

  it('is one machine’s: another is refused', () => {
    openFolder('ours');
    expect(() => new FolderStore(join(folder, 'ours'), { ...place, machine: 'there' })).toThrow(
      ForeignFolder,
    );
  });

  it('answers "unknown" when the folder is gone', () => {
    const store = openFolder('gone');
    rmSync(join(folder, 'gone'), { recursive: true });
    writeFileSync(join(folder, 'gone'), 'a file');
    expect(commit(store, [], [{ key: 'a', value: 1 }])).toBe('unknown');
    expect(renew(store, 'x')).toBeUndefined();
  });
});
