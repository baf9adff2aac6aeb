/** Over which connection a guest comes: one that its target makes, and the source's own when that fails. */
import type { HostedGuest } from '../../../vmm/hosting/hosted-guest.ts';
import { describe, expect, it } from 'vitest';
import type { Host } from '../../../vmm/hosting/host.ts';
import type { MigrationSource } from '../../../vmm/migration/source.ts';
import { busy } from './busy.ts';
import { policies, World } from './world.ts';

const [a, b] = ['a:1', 'b:1'];

/** Two hosts, and a guest that is on its way from the one to the other. */
function leaving(
  policy: string,
  before: (world: World) => void = () => {},
): { world: World; source: MigrationSource<HostedGuest> } {
  const world = new World();
  for (const host of [a, b]) world.host(host);
  world.start(a, 'busy', busy.image, busy);
  for (let n = 0; n < 20; n++) world.step();
  before(world);
  const source = (world.hosts.get(a) as Host).send('busy', b, policies[policy] as never);
  return { world, source };
}

function expectMoved(world: World, source: MigrationSource<HostedGuest>): void {
  world.until(() => source.state !== 'under way');
  expect([source.state, world.difference('busy')]).toEqual(['moved', undefined]);
  for (let n = 0; n < 20; n++) world.step();
  expect(world.difference('busy')).toBeUndefined();
}

describe.each(Object.keys(policies))('A guest that moves by the policy %s', (policy) => {
  it('comes over a connection that its target makes', () => {
    const { world, source } = leaving(policy);
    expectMoved(world, source);
    expect(world.made).toEqual([
      { from: a, to: b },
      { from: b, to: a },
    ]);
  });

  it.each([
    ['refuses connections', (world: World) => world.deaf.add(a)],
    ['cannot be reached from there', (world: World) => world.unheard.add(a)],
  ] as const)('comes over the connection of a source that %s', (_, before) => {
    const { world, source } = leaving(policy, before);
    expectMoved(world, source);
    expect(world.made).toEqual([{ from: a, to: b }]);
  });
});

describe('The connection that a target has made', () => {
  it('is not missed when it is lost before the source has heard of it', () => {
    const { world, source } = leaving('pre-copy');
    expect(world.until(() => world.made.length === 2)).toBe(true);
    world.cut(b);
    expectMoved(world, source);
    expect(world.made.length).toBe(2);
  });

  it('is all there is once the source goes on over it', () => {
    const { world, source } = leaving('pre-copy');
    expect(world.until(() => source.stage === 'pre-copy')).toBe(true);
    world.cut(a);
    expectMoved(world, source);
    expect(world.made.length).toBe(2);
  });

  it('takes the migration with it when it is lost later: the guest stays', () => {
    const { world, source } = leaving('pre-copy');
    expect(world.until(() => source.stage === 'pre-copy')).toBe(true);
    for (let n = 0; n < 3; n++) world.step();
    world.cut(b);
    world.until(() => source.state !== 'under way');
    expect([source.state, world.owners('busy')]).toEqual(['failed', [a]]);
    expect(world.until(() => (world.hosts.get(b) as Host).targets.size === 0)).toBe(true);
    for (let n = 0; n < 20; n++) world.step();
    expect(world.difference('busy')).toBeUndefined();
    expect(world.shelves.get(b)?.list()).toEqual([]);
  });

  it('comes to nothing when the source has given up meanwhile', () => {
    const { world, source } = leaving('pre-copy');
    expect(world.until(() => world.made.length === 2)).toBe(true);
    expect(source.cancel('its user said so')).toBe(true);
    expect(world.until(() => (world.hosts.get(b) as Host).targets.size === 0)).toBe(true);
    expect(world.owners('busy')).toEqual([a]);
  });
});
