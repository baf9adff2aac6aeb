/** Port groups of hosts: a guest is only where its own is. */
import { describe, expect, it } from 'vitest';
import { loadImage } from '../../../isa/machine/image.ts';
import { variantNamed } from '../../../isa/table/variants.ts';
import type { HostedGuest } from '../../../vmm/hosting/hosted-guest.ts';
import { HostNetwork, type NetworkGuest } from '../../../vmm/hosting/host-network.ts';
import { addressNumber, BROADCAST } from '../../../vmm/network/frame.ts';
import type { GuestSpec } from '../../../vmm/wire/messages.ts';
import { busy } from '../migration/busy.ts';
import { policies, World } from '../migration/world.ts';

const variant = variantNamed('ring32-v') ?? expect.fail();
const spec: GuestSpec = {
  name: 'guest',
  variant: { name: variant.name, unprivileged: [...variant.unprivileged].sort(), cpuid: variant.cpuid },
  memory: busy.memory ?? 2 ** 16,
  sectors: 0,
  disk: null,
  diskIdentity: null,
  network: addressNumber(1),
  group: 'red',
  devices: ['console', 'disk', 'network'],
};

function fill(guest: HostedGuest): void {
  loadImage(busy.image, guest.machine.memory.bytes);
  guest.machine.pc = busy.image.entry;
}

describe('A guest in a port group', () => {
  it('moves to a host that has the group, whatever its number there, and to no other', () => {
    const groups = {
      'a:1': new Map([['red', 5]]),
      'b:1': new Map([['blue', 5]]),
      'd:1': new Map([['red', 9]]),
    };
    const world = new World({ groups });
    for (const address of ['a:1', 'b:1', 'c:1', 'd:1']) world.host(address);
    world.hosts.get('a:1')?.start(spec, fill);
    const move = (to: string) => {
      const source =
        world.hosts.get('a:1')?.send('guest', to, policies['pre-copy'] as never) ?? expect.fail();
      world.until(() => source.state !== 'under way');
      return [source.state, source.bytes, source.reason];
    };
    const wanted = 'refused: it is plugged into the port group red, and';
    expect(move('b:1')).toEqual(['failed', 0, `${wanted} b:1 has only blue`]);
    expect(move('c:1')).toEqual(['failed', 0, `${wanted} c:1 has no port groups`]);
    expect(world.owners('guest')).toEqual(['a:1']);
    expect(move('d:1')[0]).toBe('moved');
    expect(world.hosts.get('d:1')?.slots.get('guest')?.guest.spec.group).toBe('red');
  });
});

describe('Two port groups of one host', () => {
  it('cannot hear each other; a guest whose group the host has not any more hears nobody', () => {
    const network = new HostNetwork(
      undefined,
      new Map([
        ['red', 5],
        ['blue', 6],
      ]),
    );
    const guests = ['red', 'red', 'blue', undefined, 'gone'].map((group, n) => {
      const { group: _, ...plain } = spec;
      const heard: number[] = [];
      const guest = {
        spec: { ...plain, network: addressNumber(n + 1), ...(group !== undefined && { group }) },
        deliver: (frame: Uint8Array) => heard.push(frame[11] as number),
        onFrame: undefined,
      } as unknown as NetworkGuest & { readonly heard: number[] };
      network.events.arrived(guest as never);
      return { guest, heard };
    });
    for (const [n, { guest }] of guests.entries()) {
      const frame = new Uint8Array(60);
      frame.set(BROADCAST);
      frame.set(addressNumber(n + 1), 6);
      guest.onFrame?.(frame);
    }
    expect(guests.map(({ heard }) => heard)).toEqual([[2], [1], [], [], []]);
  });
});
