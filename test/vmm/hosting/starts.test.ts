/** Guests that are started on a host while it runs. */
import { describe, expect, it } from 'vitest';
import { loadImage } from '../../../isa/machine/image.ts';
import { Control, type ControlReply, decodeReply } from '../../../vmm/hosting/control.ts';
import { GuestDisk } from '../../../vmm/hosting/keep/guest-disk.ts';
import { HostedGuest } from '../../../vmm/hosting/hosted-guest.ts';
import { BatchWriter } from '../../../vmm/migration/image/batch.ts';
import { FRAME_HEADER } from '../../../vmm/wire/frame.ts';
import { type GuestSpec, MESSAGE } from '../../../vmm/wire/messages.ts';
import { MemoryDisk } from '../../../isa/machine/devices/disk.ts';
import { variantNamed } from '../../../isa/table/variants.ts';
import { busy } from '../migration/busy.ts';
import { World } from '../migration/world.ts';
import { type Asked, askHost, statusOf } from './kit.ts';

const variant = variantNamed('ring32-v') ?? expect.fail();
const spec: GuestSpec = {
  name: 'late',
  variant: { name: variant.name, unprivileged: [...variant.unprivileged].sort(), cpuid: variant.cpuid },
  memory: busy.memory ?? 2 ** 16,
  sectors: 4,
  disk: 'given',
  diskIdentity: null,
  network: null,
  devices: ['console', 'disk', 'network'],
};

/** The guest where it begins, as whoever starts it has it; its disk has a 7 everywhere. */
function first(): HostedGuest {
  const disk = new GuestDisk(new MemoryDisk(new Uint8Array(4 * 512).fill(7)));
  const guest = new HostedGuest(spec, { variant, monitor: 'none', engine: 'interpreter' }, disk);
  loadImage(busy.image, guest.machine.memory.bytes);
  guest.machine.pc = busy.image.entry;
  return guest;
}

function begin(options: ConstructorParameters<typeof World>[0] = {}) {
  const world = new World(options);
  const host = world.host('a:1');
  const control = new Control(host, () => world.now);
  const ask = (guest = spec) => askHost(control, { kind: 'start', guest, withStorage: true });
  return { world, host, control, ask };
}

function send(asked: Asked, parts = { isWhole: true }): void {
  const guest = first();
  const units = guest.units(true);
  const batch = new BatchWriter();
  for (let unit = 0; unit < units.count; unit++) {
    const contents = units.read(unit);
    if (contents.some((byte) => byte !== 0)) batch.raw(unit, contents);
  }
  const { frame, length } = batch.take();
  asked.say(MESSAGE.PAGES, frame.subarray(FRAME_HEADER, FRAME_HEADER + length));
  if (!parts.isWhole) return;
  asked.say(MESSAGE.STATE, guest.save());
  asked.say(MESSAGE.END);
}

const replyTo = ({ last }: Asked): ControlReply => decodeReply(last ?? new Uint8Array());
const reasonOf = (asked: Asked) => {
  const reply = replyTo(asked);
  return reply.kind === 'refused' ? reply.reason : reply.kind;
};

describe('A guest that is started on a running host', () => {
  it('is there when all of it has come, with a disk of its own, and outlives the host', () => {
    const { world, host, ask } = begin();
    const asked = ask();
    expect(asked.events.map((event) => decodeReply(event))).toEqual([{ kind: 'ready', network: null }]);
    expect(statusOf(host)).toMatchObject([{ name: 'late', state: 'coming' }]);
    send(asked);
    expect(replyTo(asked)).toEqual({ kind: 'done', what: 'late runs on a:1, from step 0' });
    for (let n = 0; n < 30; n++) world.step();
    const { steps } = host.slots.get('late')?.guest.machine ?? expect.fail();
    expect(steps).toBeGreaterThan(0);
    world.kill('a:1');
    const again = world.host('a:1');
    for (let n = 0; n < 60; n++) world.step();
    expect(again.slots.get('late')?.guest.machine.steps).toBeGreaterThan(steps);
    const { disk } = again.slots.get('late')?.guest.spec ?? expect.fail();
    expect([disk, world.disks.get(disk ?? '')?.bytes.includes(7)]).toEqual(['a:1/late-1', true]);
    again.remove('late');
    expect([...world.disks.keys()]).toEqual([]);
  });

  it('leaves nothing when whoever starts it is gone before all has come, or is silent for too long', () => {
    const { world, host, control, ask } = begin();
    for (const stop of [
      (asked: Asked) => asked.hangUp(),
      () => {
        world.now += host.patience + 1;
        control.turn();
      },
    ]) {
      const asked = ask();
      send(asked, { isWhole: false });
      expect(host.slots.size).toBe(1);
      stop(asked);
      expect([host.slots.size, world.disks.size, world.shelves.get('a:1')?.list()]).toEqual([0, 0, []]);
    }
  });

  it('is refused when its name is taken, when there is no room, and when its machine is another', () => {
    const { ask } = begin({ capacity: spec.memory * 2 });
    send(ask());
    expect(reasonOf(ask())).toBe('late cannot be started: there is a guest late on a:1 already');
    expect(reasonOf(ask({ ...spec, name: 'big', memory: spec.memory * 2 }))).toMatch(
      /^big cannot be started: it has .* MiB of memory, a:1 has .* MiB left$/,
    );
    const other = { ...spec.variant, name: 'another', unprivileged: ['setf'] };
    expect(reasonOf(ask({ ...spec, name: 'other', variant: other }))).toMatch(/^other cannot be started: /);
  });

  it('is refused when it cannot be stored, and nothing is left', () => {
    const { world, host, ask } = begin();
    for (let n = 1; ; n++) {
      const asked = ask();
      let writes = 0;
      world.onWrite = (_, file) => {
        writes += 1;
        if (writes === n)
          throw Object.assign(new Error('no space'), { syscall: 'write', code: 'ENOSPC', file });
      };
      send(asked);
      world.onWrite = undefined;
      if (writes < n) break;
      expect(reasonOf(asked)).toBe('late cannot be started: it could not be stored there: no space');
      expect([host.slots.size, world.disks.size, world.shelves.get('a:1')?.list()]).toEqual([0, 0, []]);
    }
    expect(host.slots.size).toBe(1);
  });

  it.each([
    ['a message that does not belong there', MESSAGE.COMMIT, new Uint8Array()],
    ['a batch that is none', MESSAGE.PAGES, new Uint8Array(3)],
    ['an end without a state', MESSAGE.END, new Uint8Array()],
  ])('is refused for %s', (_, type, payload) => {
    const { host, ask } = begin();
    const asked = ask();
    asked.say(type, payload);
    expect(reasonOf(asked)).toMatch(/^late cannot be started: /);
    expect(host.slots.size).toBe(0);
  });
});
