/** What cannot be stored stops one guest, says why, and has it go on when it can be stored. */
import { describe, expect, it } from 'vitest';
import { SECTOR } from '../../../isa/machine/devices/disk.ts';
import type { GuestStatus } from '../../../vmm/hosting/control.ts';
import type { Host } from '../../../vmm/hosting/host.ts';
import { GuestDisk } from '../../../vmm/hosting/keep/guest-disk.ts';
import { busy } from '../migration/busy.ts';
import { storageErrors } from '../migration/faults.ts';
import { World } from '../migration/world.ts';
import { statusOf } from './kit.ts';

const pass = (world: World, turns: number) => {
  for (let n = 0; n < turns; n++) world.step();
};

/** A host with two guests; `fails` says which writes are refused. */
function twoGuests(fails: (file: string) => string | undefined): { world: World; host: Host } {
  const world = new World();
  const host = world.host('a:1');
  for (const name of ['one', 'other']) world.start('a:1', name, busy.image, busy);
  pass(world, 20);
  world.onWrite = (_, file) => {
    const code = fails(file);
    if (code !== undefined)
      throw Object.assign(new Error(`${code}: it cannot be written`), { syscall: 'write', code, file });
  };
  return { world, host };
}

const steps = (host: Host, name: string) => host.slots.get(name)?.guest.machine.steps ?? 0;

describe.each(storageErrors)('When the system says %s', (code) => {
  it.each([
    ['console', /^log-one\./],
    ['input', /^keep-one-.*\.input$/],
    ['old sectors', /^keep-one-.*\.undo$/],
  ])(
    'to what a guest wants to store, its %s, that guest waits, the other runs, and both go on after that',
    (_, pattern) => {
      let isFull = true;
      const { world, host } = twoGuests((file) => (isFull && pattern.test(file) ? code : undefined));
      world.feed('one', 'typed');
      pass(world, 300);
      const [one, other] = [steps(host, 'one'), steps(host, 'other')];
      const [status] = statusOf(host) as [GuestStatus, GuestStatus];
      expect([status.name, status.state]).toEqual(['one', 'held']);
      expect(status.reason).toMatch(/(in the shelf|the shelf is gone).*;/);
      pass(world, 100);
      expect(steps(host, 'one')).toBe(one);
      expect(steps(host, 'other')).toBeGreaterThan(other);
      isFull = false;
      pass(world, 300);
      expect(steps(host, 'one')).toBeGreaterThan(one);
      for (const name of ['one', 'other']) expect(world.difference(name)).toBeUndefined();
    },
  );
});

describe('A guest that waits for room', () => {
  it('loses nothing when its host is killed meanwhile', () => {
    let isFull = true;
    const { world } = twoGuests((file) =>
      isFull && /^log-one\.|one-.*\.undo$/.test(file) ? 'ENOSPC' : undefined,
    );
    pass(world, 300);
    world.kill('a:1');
    isFull = false;
    world.host('a:1');
    pass(world, 600);
    for (const name of ['one', 'other']) expect(world.difference(name)).toBeUndefined();
  });

  it('is told of with what it has printed and what to do', () => {
    const { world, host } = twoGuests((file) => (file.startsWith('log-one') ? 'ENOSPC' : undefined));
    pass(world, 100);
    expect(statusOf(host)[0]?.reason).toMatch(
      /^no room for its console in the shelf: \d+ bytes; it goes on when there is room$/,
    );
  });

  it('is held when its log is full, until that is cleared', () => {
    const world = new World({ console: { size: 16, dropOldest: false } });
    const host = world.host('a:1');
    world.start('a:1', 'one', busy.image, busy);
    pass(world, 900);
    expect(statusOf(host)[0]).toMatchObject({
      state: 'held',
      reason: expect.stringContaining('its console is full: 16 bytes'),
    });
    const now = steps(host, 'one');
    host.clearLog('one');
    pass(world, 300);
    expect(steps(host, 'one')).toBeGreaterThan(now);
    expect(host.slots.get('one')?.log.start).toBe(16);
  });
});

describe('A guest whose folder was deleted', () => {
  /** Deletes all that the host has stored; nothing can be written until the folder is made again. */
  function deleted() {
    let isGone = false;
    const { world, host } = twoGuests(() => (isGone ? 'ENOENT' : undefined));
    const shelf = world.shelves.get('a:1') ?? expect.fail();
    isGone = true;
    for (const file of shelf.list()) shelf.remove(file);
    pass(world, 300);
    return { world, host, makeAgain: () => (isGone = false) };
  }

  it('is held, is stored anew when the folder is there again, and goes on without what it had printed before', () => {
    const { world, host, makeAgain } = deleted();
    expect(statusOf(host)[0]).toMatchObject({
      state: 'held',
      reason: expect.stringMatching(
        /is gone, and its .* with it; make the folder again, and the guest is stored there anew/,
      ),
    });
    const { end } = host.slots.get('one')?.log ?? expect.fail();
    expect(end).toBeGreaterThan(0);
    makeAgain();
    pass(world, 900);
    expect(host.slots.get('one')?.log.start).toBe(end);
    expect(host.slots.get('one')?.log.end).toBeGreaterThan(end);
    for (const life of ['this one', 'the next one']) {
      // Its machine, its devices and what it has printed are right; only the log begins later.
      for (const name of ['one', 'other'])
        expect([life, world.difference(name)]).toEqual([life, expect.stringMatching(/^its log has /)]);
      world.kill('a:1');
      world.host('a:1');
      pass(world, 1000);
    }
  });
});

describe('A guest whose disk is locked by another when its host is started again', () => {
  /** Host a:1, started again, with the disk of guest `one` locked by a guest of b:1. */
  function locked() {
    const { world } = twoGuests(() => undefined);
    const disk = world.guest('one').spec.disk ?? expect.fail();
    world.kill('a:1');
    world.onWrite = undefined;
    world.host('b:1');
    world.locks.set(disk, { address: 'b:1', guest: 'thief', life: world.lives.get('b:1') ?? 0 });
    const again = world.host('a:1');
    pass(world, 50);
    return { world, disk, again };
  }

  it('is in the list, with the reason, and goes on when the lock is free', () => {
    const { world, again } = locked();
    expect(statusOf(again)).toMatchObject([
      { name: 'other' },
      { name: 'one', state: 'held', reason: expect.stringContaining('belongs to guest thief of b:1') },
    ]);
    world.kill('b:1');
    pass(world, 1500);
    expect(statusOf(again).map(({ name, state }) => [name, state])).toEqual([
      ['other', 'runs'],
      ['one', 'runs'],
    ]);
    for (const name of ['one', 'other']) expect(world.difference(name)).toBeUndefined();
  });

  it('can be removed, and its disk stays', () => {
    const { world, disk, again } = locked();
    expect(() => again.stop('one')).toThrow('one cannot go on here yet: its disk');
    again.remove('one');
    expect(statusOf(again).map(({ name }) => name)).toEqual(['other']);
    const stored = world.shelves.get('a:1')?.list() ?? expect.fail();
    expect(stored.filter((file) => file.includes('one'))).toEqual([]);
    expect(world.disks.has(disk)).toBe(true);
    world.kill('b:1');
    world.kill('a:1');
    expect(statusOf(world.host('a:1')).map(({ name }) => name)).toEqual(['other']);
  });
});

describe("A guest's disk that cannot be written", () => {
  it('is read as it was written, is written when it can be, and saves what was there first', () => {
    const bytes = new Uint8Array(2 * SECTOR);
    let isBroken = true;
    const disk = new GuestDisk({
      sectors: 2,
      read: (n, into) => into.set(bytes.subarray(n * SECTOR, (n + 1) * SECTOR)),
      write: (n, from) => {
        if (isBroken) throw Object.assign(new Error('EIO'), { syscall: 'write', code: 'EIO' });
        bytes.set(from, n * SECTOR);
      },
    });
    const old: number[] = [];
    disk.keepOld((sector, was) => old.push(sector, was[0] as number));
    disk.write(1, new Uint8Array(SECTOR).fill(7));
    disk.write(1, new Uint8Array(SECTOR).fill(8));
    const read = new Uint8Array(SECTOR);
    disk.read(1, read);
    expect([read[0], bytes[SECTOR]]).toEqual([8, 0]);
    expect(() => disk.settle()).toThrow('EIO');
    isBroken = false;
    disk.settle();
    expect([bytes[SECTOR], old]).toEqual([8, [1, 0]]);
  });
});
