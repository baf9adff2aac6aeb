/** A paravirtual guest that is saved, restored, moved, repeated or looked at: its rings and the pages that it gave back come along. */
import { describe, expect, it } from 'vitest';
import { CollectingConsole } from '../../../isa/machine/devices/console.ts';
import { MemoryDisk } from '../../../isa/machine/devices/disk.ts';
import { variantNamed, type Variant } from '../../../isa/table/variants.ts';
import { finish } from '../../../isa/work.ts';
import { lookAhead } from '../../../vmm/debug/lookahead.ts';
import { incompatible } from '../../../vmm/migration/compatibility.ts';
import { runFetching } from '../../../vmm/migration/post-copy.ts';
import { createGuest } from '../../../vmm/monitor/create-guest.ts';
import { RecordedDevices } from '../../../vmm/replay/devices.ts';
import { createSubject } from '../../../vmm/replay/subject.ts';
import { Timeline } from '../../../vmm/replay/timeline.ts';
import { decodeState, encodeState } from '../../../vmm/snapshot/state.ts';
import { STATE_VERSION } from '../../../vmm/wire/messages.ts';
import { call } from '../../isa/paravirtual/kit.ts';
import { difference } from '../../property/lockstep.ts';
import { pagedImage } from '../assembled.ts';

const RING = 0x40000;
const memory = 2 ** 20;
const put = (at: number, value: number) => `    li   t0, ${at}\n    li   t1, ${value}\n    sw   t1, 0(t0)\n`;

/** Gives two pages back, has the disk ring work, prints, sleeps, and takes a page again. */
const image = pagedImage(`    la   t0, handler
    mts  TVEC, t0
${put(0x30000, 0x90000)}${put(0x30004, 0x92000)}${call('balloon_give', 0x30000, 2)}${call('disk_ring', RING)}
${put(RING + 16, 1)}${put(RING + 20, 0x50000)}${put(RING + 24, 1)}${put(RING + 32, 2)}${put(RING + 36, 0x50200)}${put(RING + 40, 1)}${put(RING, 2)}
${call('disk_kick', RING)}${call('net_ring', 0x60000, 4, 1)}${call('net_kick', 0x60000)}
1:  li   a7, 5
    vmcall
    li   t0, ${RING}
    lw   t1, 4(t0)
    addi t1, t1, -2
    bnez t1, 1b
${call('console_write', 0x50000, 8)}${call('balloon_take', 0x30004, 1)}
    li   t0, 1
    out  t0, zero
handler:
    addi s1, s1, 1
    mfs  t0, ESTATUS
    iret
`);

function makeGuest(monitor: string, paravirtual = true) {
  const console = new CollectingConsole();
  const disk = new MemoryDisk(Uint8Array.from({ length: 2048 }, (_, n) => 65 + (n >>> 9) + (n & 7)));
  const guest = createGuest({ image, memory, monitor, engine: 'interpreter', paravirtual, console, disk });
  return { console, guest };
}

/** The guest at its end. */
const ended = makeGuest('none');
const end = ended.guest.run(100_000);
const { steps: last } = ended.guest.machine;

describe('A paravirtual guest', () => {
  it('ends', () => {
    expect([end, ended.console.text]).toEqual([{ kind: 'power', status: 0 }, 'BCDEFGHI']);
    expect(ended.guest.save().paravirtual?.absent).toEqual([0x90]);
  });

  it.each([
    ['none', 'trap-and-emulate'],
    ['trap-and-emulate', 'none'],
    ['trap-and-emulate', 'interpret'],
  ])('goes on from a snapshot taken under %s, under %s', (from, to) => {
    const [one] = [makeGuest(from)];
    for (let at = 900; at < last; at += 97) {
      one.guest.run(at);
      const state = decodeState(encodeState(one.guest.save()));
      const other = makeGuest(to);
      other.guest.machine.memory.fill(0, one.guest.machine.memory.bytes);
      other.guest.restore(state);
      expect(difference(one.guest.machine, other.guest.machine)).toBeUndefined();
      expect(other.guest.run(100_000)).toEqual(end);
      expect(difference(ended.guest.machine, other.guest.machine)).toBeUndefined();
      expect(other.guest.save()).toEqual(ended.guest.save());
    }
  });

  it('does not go on as a machine that answers no calls, nor the other way round', () => {
    const state = ended.guest.save();
    expect(() => makeGuest('none', false).guest.restore(state)).toThrow(TypeError);
    const { paravirtual: _, ...plain } = state;
    expect(() => makeGuest('none').guest.restore(plain)).toThrow(TypeError);
  });

  it('runs before its pages have come, and waits for all of them at a call', () => {
    const { guest, console } = makeGuest('none');
    const here = new Set<number>();
    const contents = guest.machine.memory.bytes.slice();
    let asked = 0;
    for (;;) {
      const stop = runFetching(guest.machine, 100_000, (page) => here.has(page));
      if (typeof stop !== 'number') {
        expect([stop, console.text, asked]).toEqual([end, 'BCDEFGHI', memory / 4096]);
        break;
      }
      asked += 1;
      here.add(stop);
      guest.machine.memory.bytes.set(contents.subarray(stop * 4096, (stop + 1) * 4096), stop * 4096);
    }
    expect(difference(ended.guest.machine, guest.machine)).toBeUndefined();
  });

  it('does not move to a host whose machines answer no calls', () => {
    const variant = variantNamed('ring32-v') as Variant;
    const spec = {
      name: 'guest',
      variant: { name: variant.name, unprivileged: [], cpuid: variant.cpuid },
      memory,
      sectors: 0,
      disk: null,
      diskIdentity: null,
      network: null,
      devices: ['console', 'disk', 'network', 'paravirtual'],
    };
    const offer = {
      variant,
      monitor: 'trap-and-emulate',
      translateUser: false,
      devices: ['console', 'disk', 'network'],
    };
    expect(incompatible(spec, STATE_VERSION, offer)).toBe(
      "it has a device that this host's machines lack: paravirtual",
    );
    expect(incompatible(spec, STATE_VERSION, { ...offer, devices: spec.devices })).toBeUndefined();
  });

  it.each(['none', 'trap-and-emulate'])('goes back and forwards in time, under %s', (monitor) => {
    const disk = new MemoryDisk(Uint8Array.from({ length: 2048 }, (_, n) => 65 + (n >>> 9) + (n & 7)));
    const devices = new RecordedDevices({ print: () => {}, disk });
    const subject = createSubject({
      image,
      memory,
      monitor,
      engine: 'interpreter',
      paravirtual: true,
      devices,
    });
    const timeline = new Timeline(subject, { burst: { least: 16, most: 64 }, interval: 12 });
    finish(timeline.forward(100_000));
    const reference = makeGuest('none');
    for (const step of [last - 1, 1700, 1500, 2200, 1200, last - 5]) {
      finish(timeline.seek(step));
      const { guest } = step < reference.guest.machine.steps ? makeGuest('none') : reference;
      guest.run(step);
      expect(difference(guest.machine, subject.machine), `step ${step}`).toBeUndefined();
      expect(subject.save().paravirtual).toEqual(guest.save().paravirtual);
    }
  });

  it('shows a debugger what it would do next, calls too', () => {
    const { guest } = makeGuest('trap-and-emulate');
    guest.run(1400);
    const ahead = lookAhead(guest.machine, 300);
    guest.run(ahead?.machine.steps ?? 0);
    expect(ahead?.machine.save().paravirtual).toEqual(guest.save().paravirtual);
    expect(ahead?.machine.pc).toBe(guest.machine.pc);
  });
});
