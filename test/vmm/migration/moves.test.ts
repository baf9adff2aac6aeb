/** Guests that move, against guests that never did: the same state at the same steps. */
import { describe, expect, it } from 'vitest';
import { busy, busyDisk } from './busy.ts';
import { policies, World } from './world.ts';
import type { Host } from '../../../vmm/migration/host.ts';

function move(world: World, from: string, to: string, policy: string): void {
  const source = (world.hosts.get(from) as Host).send('busy', to, policies[policy] as never);
  expect(world.until(() => source.state !== 'under way')).toBe(true);
  expect([source.state, source.reason]).toEqual(['moved', source.reason]);
  expect(world.owners('busy')).toEqual([to]);
}

describe('A guest that is moved', () => {
  it.each(Object.keys(policies))('goes on as if it had stayed: %s', (policy) => {
    const world = new World();
    world.host('a:1');
    world.host('b:1');
    world.start('a:1', 'busy', busy, { disk: busyDisk, input: 'hello' });
    for (let n = 0; n < 37; n++) world.step();
    world.feed('busy', 'one');
    move(world, 'a:1', 'b:1', policy);
    expect(world.difference('busy')).toBeUndefined();
    for (let n = 0; n < 20; n++) {
      world.step();
      expect(world.difference('busy')).toBeUndefined();
    }
    world.feed('busy', 'two');
    for (let n = 0; n < 200; n++) world.step();
    expect(world.difference('busy')).toBeUndefined();
    expect(world.hosts.get('a:1')?.places.size).toBe(0);
    expect(world.shelves.get('a:1')?.list()).toEqual([]);
  });

  it('comes home over a chain of hosts: A to B to C to A', () => {
    const world = new World();
    for (const address of ['a:1', 'b:1', 'c:1']) world.host(address);
    world.start('a:1', 'busy', busy, { disk: busyDisk });
    for (const [from, to] of [
      ['a:1', 'b:1'],
      ['b:1', 'c:1'],
      ['c:1', 'a:1'],
      ['a:1', 'b:1'],
    ] as const) {
      for (let n = 0; n < 23; n++) world.step();
      move(world, from, to, 'pre-copy');
      expect(world.difference('busy')).toBeUndefined();
    }
  });
});
