/** What every kind of store does, as tests: all or nothing, conditions, leases that end, watches. */
import { describe, expect, it } from 'vitest';
import type { Commit, PoolEntries, PoolStore } from '../../../vmm/pool/store.ts';

export interface StoreKind {
  readonly kind: string;
  /** Two that share one new store. */
  open(): readonly [PoolStore, PoolStore];
  /** Lets so many milliseconds pass. */
  pass(ms: number): Promise<void>;
  /** Milliseconds by which a lease may end later than it should. */
  readonly lateMs: number;
}

export async function contents(store: PoolStore): Promise<PoolEntries> {
  return (await new Promise<PoolEntries | undefined>((told) => store.read(told))) ?? new Map();
}

export function commit(store: PoolStore, when: Commit['when'], changes: Commit['changes']): Promise<string> {
  return new Promise((told) => store.commit({ when, changes }, told));
}

export function grant(store: PoolStore, ttlMs: number): Promise<string> {
  return new Promise((told) => store.grant(ttlMs, (lease) => told(lease ?? '')));
}

export function renew(store: PoolStore, lease: string): Promise<boolean | undefined> {
  return new Promise((told) => store.renew(lease, told));
}

export function testStore({ kind, open, pass, lateMs }: StoreKind): void {
  describe(`A store ${kind}`, () => {
    it('makes a commit as a whole, if all of its conditions hold', async () => {
      const [one, other] = open();
      const both = [
        { key: 'a', value: 1 },
        { key: 'b', value: ['ä', { x: null }] },
      ];
      expect(await commit(one, [{ key: 'a', revision: 0 }], both)).toBe('committed');
      const { revision = 0 } = (await contents(other)).get('a') ?? {};
      expect(await commit(other, [{ key: 'a', revision: 0 }], [{ key: 'c', value: 3 }])).toBe('refused');
      const when = [
        { key: 'a', revision },
        { key: 'b', revision: revision + 1 },
      ];
      expect(await commit(other, when, [{ key: 'a', value: 4 }])).toBe('refused');
      expect([...(await contents(one))].map(([key, { value }]) => [key, value])).toEqual(
        both.map(({ key, value }) => [key, value]),
      );
      expect(await commit(other, [{ key: 'a', revision }], [{ key: 'a', value: undefined }])).toBe(
        'committed',
      );
      expect([...(await contents(one)).keys()]).toEqual(['b']);
    });

    it('gives each commit a greater revision, and leaves what was not written as it is', async () => {
      const [one, other] = open();
      await commit(one, [], [{ key: 'stays', value: 1 }]);
      const revisions = [];
      const before = (await contents(other)).get('stays');
      for (let n = 0; n < 3; n++) {
        await commit(n === 1 ? one : other, [], [{ key: 'k', value: n }]);
        revisions.push((await contents(n === 1 ? other : one)).get('k')?.revision ?? 0);
      }
      expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
      expect(new Set(revisions).size).toBe(3);
      expect((await contents(other)).get('stays')).toEqual(before);
      // A key that was removed and made again between two looks is the new one.
      await commit(one, [], [{ key: 'k', value: undefined }]);
      await commit(one, [], [{ key: 'k2', value: 'new' }]);
      expect([...(await contents(other)).keys()].toSorted()).toEqual(['k2', 'stays']);
    });

    it('lets one of two win that write at once', async () => {
      const [one, other] = open();
      const when = [{ key: 'owner', revision: 0 }];
      const answers = await Promise.all(
        [one, other].map((store, n) => commit(store, when, [{ key: 'owner', value: n }])),
      );
      expect(answers.toSorted()).toEqual(['committed', 'refused']);
      expect((await contents(one)).get('owner')?.value).toBe(answers.indexOf('committed'));
    });

    it('removes what goes with a lease when its time is over, and not while it is renewed', async () => {
      const [one, other] = open();
      const lease = await grant(one, 2000);
      const changes = [
        { key: 'host', value: 1, lease },
        { key: 'stays', value: 1 },
      ];
      expect(await commit(one, [], changes)).toBe('committed');
      for (let n = 0; n < 2; n++) {
        await pass(1300);
        expect(await renew(one, lease)).toBe(true);
      }
      expect((await contents(other)).get('host')?.lease).toBe(lease);
      expect(await commit(other, [{ key: 'host', lease }], [{ key: 'by', value: 'its owner' }])).toBe(
        'committed',
      );
      await pass(2001 + lateMs);
      expect([...(await contents(other)).keys()].toSorted()).toEqual(['by', 'stays']);
      expect(await commit(one, [{ key: 'host', lease }], [{ key: 'late', value: 1 }])).toBe('refused');
      expect(await renew(one, lease)).toBe(false);
      expect(await commit(one, [], [{ key: 'host', value: 2, lease }])).toBe('refused');
    });

    it('ends a lease at once when it is asked to', async () => {
      const [one, other] = open();
      const lease = await grant(one, 2000);
      await commit(one, [], [{ key: 'host', value: 1, lease }]);
      one.end(lease);
      // The answer to a later question comes after it.
      await renew(one, lease);
      expect((await contents(other)).has('host')).toBe(false);
    });

    it('refuses what depends on a lease that nobody has', async () => {
      const [one] = open();
      for (const lease of ['', '0', '12345']) {
        expect(await commit(one, [{ key: 'nothing', lease }], [{ key: 'a', value: 1 }])).toBe('refused');
        expect(await commit(one, [], [{ key: 'a', value: 1, lease }])).toBe('refused');
      }
      expect((await contents(one)).size).toBe(0);
    });

    it('says that something has changed to whoever watches', async () => {
      const [one, other] = open();
      let [told, calls] = [() => {}, 0];
      const stop = other.watch(() => {
        calls += 1;
        told();
      });
      for (let n = 1; n <= 3; n++) {
        const next = new Promise<void>((resolve) => (told = resolve));
        await commit(one, [], [{ key: 'a', value: n }]);
        await next;
        expect((await contents(other)).get('a')?.value).toBe(n);
      }
      stop();
      expect(calls).toBeGreaterThanOrEqual(3);
    });
  });
}
