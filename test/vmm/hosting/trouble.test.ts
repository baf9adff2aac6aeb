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
