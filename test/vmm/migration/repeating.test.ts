/** A guest that repeats what it did before its host died: it is moved, held and told of as one that is not there yet. */
import { describe, expect, it } from 'vitest';
import type { Host } from '../../../vmm/hosting/host.ts';
import { busy } from './busy.ts';
import { policies } from './trials.ts';
import { World } from './world.ts';

/** Two hosts, and a guest of the first, which has just been killed and started again; whether the guest is held. */
function killed(held = false): { readonly world: World; readonly host: Host; readonly repeated: string[] } {
  const repeated: string[] = [];
  const world = new World({
    events: (address) => ({ repeated: ({ spec }) => repeated.push(`${address}: ${spec.name}`) }),
  });
  for (const address of ['a:1', 'b:1']) world.host(address);
  world.start('a:1', 'guest', busy.image, busy);
  for (let n = 0; n < 200; n++) world.step();
  if (held) (world.hosts.get('a:1') as Host).hold('guest', true);
  world.kill('a:1');
  return { world, host: world.host('a:1'), repeated };
}

const pass = (world: World, turns: number) => {
  for (let n = 0; n < turns; n++) world.step();
};

describe('A guest that repeats what it did before its host died', () => {
  it('is moved when it has, and says meanwhile how far it is', () => {
    const { world, host, repeated } = killed();
    const told: (number | null)[] = [];
    world.onSource = ({ guest }) => told.push(guest.repeated);
    const source = host.send('guest', 'b:1', policies['pre-copy'] as never);
    pass(world, 50);
    expect([source.stage, world.made, repeated]).toEqual(['pre-migration', [], []]);
    world.until(() => source.state !== 'under way');
    expect([source.state, source.reason, repeated]).toEqual(['moved', expect.any(String), ['a:1: guest']]);
    const percent = told.filter((part) => part !== null);
    expect(percent.length).toBeGreaterThan(5);
    expect(percent).toEqual(percent.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe(null);
    expect(world.difference('guest')).toBeUndefined();
  });

  it('is not moved when that was called off before it had', () => {
    const { world, host, repeated } = killed();
    const source = host.send('guest', 'b:1', policies['pre-copy'] as never);
    pass(world, 50);
    host.cancel('guest');
    world.until(() => repeated.length > 0);
    pass(world, 50);
    expect([source.state, source.reason, world.made]).toEqual(['failed', 'it was called off', []]);
    expect(world.difference('guest')).toBeUndefined();
  });

  it('comes to where it was when it is held, and then stands still, and can be moved', () => {
    const { world, host, repeated } = killed(true);
    const { machine } = world.guest('guest');
    world.until(() => repeated.length > 0);
    const { steps } = machine;
    pass(world, 50);
    expect(machine.steps).toBe(steps);
    const source = host.send('guest', 'b:1', policies.cold as never);
    world.until(() => source.state !== 'under way');
    expect([source.state, world.difference('guest')]).toEqual(['moved', undefined]);
  });
});
