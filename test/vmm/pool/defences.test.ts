/**
 * What keeps a machine from running twice. Each defence is tested with the others switched off, and each test is shown to
 * fail when its defence is off, too.
 */
import { describe, expect, it } from 'vitest';
import { MiB } from './plain-want.ts';
import { SimPool, type Weakness } from './sim-pool.ts';
import { faults } from './trials.ts';

const none: Weakness = { unguarded: true, unfenced: true, undecided: true };

const alone = [
  {
    defence: 'a host runs machines only while its own lease certainly holds',
    off: { unfenced: true, undecided: true },
    against: [
      'a host is stopped past its lease, and goes on',
      'a host is cut off from the store for longer than its lease',
    ],
  },
  {
    defence: 'a host is fenced before its machines are started elsewhere',
    off: { unguarded: true, undecided: true },
    against: ['a host is cut off from the store for longer than its lease'],
  },
  {
    defence: 'a migration is decided by the store',
    off: { unguarded: true, unfenced: true },
    against: ['the source of a migration is cut off when the target is prepared'],
  },
] as const;

describe('A machine runs once', () => {
  it.each(alone.flatMap(({ defence, off, against }) => against.map((fault) => ({ defence, off, fault }))))(
    'when $fault, by this alone: $defence',
    ({ off, fault }) => {
      expect(faults[fault]?.(off)).toBeUndefined();
    },
  );

  it.each([...new Set(alone.flatMap(({ against }) => [...against]))])(
    'but twice, and that is found, without any defence when %s',
    (fault) => {
      expect(faults[fault]?.(none)).toMatch(/which has lost it|runs on \S+ and |printed \d+ after/);
    },
  );
});

describe('What an owner that is late writes', () => {
  it('is refused by the store, for its lease has ended, or the machine has another epoch', () => {
    const pool = new SimPool(2, 8 * MiB, { unguarded: true, unfenced: true });
    pool.create('g0');
    expect(pool.until(() => pool.vm('g0').state === 'RUNNING')).toBe(true);
    const before = pool.view;
    const owner = pool.hosts.get(pool.vm('g0').host as string);
    const { condition } = owner?.agent.member ?? pool.host(0).agent.member;
    owner?.kill();
    expect(pool.until(() => pool.vm('g0').epoch === 2)).toBe(true);
    const answers: string[] = [];
    const late = (when: Parameters<typeof pool.store.commit>[0]['when']) =>
      pool.store.commit({ when, changes: [{ key: 'disk/g0', value: 'late' }] }, (answer) =>
        answers.push(answer),
      );
    late([condition]);
    late([{ key: 'vm/g0', revision: before.revision('vm', 'g0') }]);
    expect(answers).toEqual(['refused', 'refused']);
    expect(pool.store.entries.has('disk/g0')).toBe(false);
  });
});
