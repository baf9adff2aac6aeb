/** Guests that move, against guests that never did: the same state at the same steps. */
import { describe, expect, it } from 'vitest';
import { busy, sly } from './busy.ts';
import { FastEngine } from '../../../isa/engines/fast/fast.ts';
import { type Variant, variantNamed } from '../../../isa/table/variants.ts';
import type { Host } from '../../../vmm/hosting/host.ts';
import { chain, journey, policies } from './trials.ts';
import { patience, World } from './world.ts';

describe.each([
  ['busy', busy],
  ['sly', sly],
] as const)('A %s guest that is moved', (_, guest) => {
  it.each(Object.keys(policies))('goes on as if it had stayed, wherever it was interrupted: %s', (policy) => {
    for (const turns of [20, 23, 27, 34]) expect(journey(guest, policy, turns)).toBeUndefined();
  });

  it('comes home over a chain of hosts, and goes on from there', () => {
    expect(chain(guest)).toBeUndefined();
  });
});

describe('A guest with much input waiting', () => {
  it('takes it along: a state of several frames', () => {
    const world = new World();
    for (const address of ['a:1', 'b:1']) world.host(address);
    world.start('a:1', 'guest', sly.image, sly);
    for (let n = 0; n < 21; n++) world.step();
    world.feed('guest', Array.from({ length: 100_000 }, (_, n) => String(n)).join(' '));
    const source = (world.hosts.get('a:1') as Host).send('guest', 'b:1', policies['pre-copy'] as never);
    world.until(() => source.state !== 'under way');
    expect([source.state, world.difference('guest')]).toEqual(['moved', undefined]);
    for (let n = 0; n < 30; n++) world.step();
    expect(world.difference('guest')).toBeUndefined();
  });
});

describe('A host whose disk is slow', () => {
  it.each(['pre-copy', 'cold', 'with storage'])(
    'has all the time it needs to keep what comes: %s',
    (policy) => {
      const world = new World();
      for (const address of ['a:1', 'b:1']) world.host(address);
      world.start('a:1', 'guest', busy.image, busy);
      for (let n = 0; n < 21; n++) world.step();
      world.writing = 3 * patience;
      const source = (world.hosts.get('a:1') as Host).send('guest', 'b:1', policies[policy] as never);
      world.until(() => source.state !== 'under way');
      expect([source.state, world.difference('guest')]).toEqual(['moved', undefined]);
      expect(world.now).toBeGreaterThan(3 * patience);
    },
  );

  it('is given up all the same when its host says nothing any more', () => {
    const world = new World();
    for (const address of ['a:1', 'b:1']) world.host(address);
    world.start('a:1', 'guest', busy.image, busy);
    world.writing = 1e9;
    const source = (world.hosts.get('a:1') as Host).send('guest', 'b:1', policies.cold as never);
    world.until(() => source.stage === 'commitment');
    for (let n = 0; n < 3 * patience; n++) world.step();
    expect(source.state).toBe('under way');
    world.stalled = true;
    world.until(() => source.state !== 'under way');
    expect([source.state, source.reason]).toEqual([
      'failed',
      `nothing was heard of the target b:1 for ${patience} ms`,
    ]);
    expect(world.owners('guest')).toEqual(['a:1']);
  });
});

describe('A guest whose code is compiled', () => {
  it.each(['none', 'trap-and-emulate'])('is moved as any other, monitor %s', (monitor) => {
    const world = new World({ machinery: { engine: 'fast', fast: { hot: 200 }, monitor }, steps: 40_000 });
    for (const address of ['a:1', 'b:1']) world.host(address);
    world.start('a:1', 'guest', busy.image, busy);
    for (const [from, to, policy] of [
      ['a:1', 'b:1', 'many rounds'],
      ['b:1', 'a:1', 'post-copy'],
    ] as const) {
      for (let n = 0; n < 12; n++) world.step();
      const { engine } = world.guest('guest');
      expect(engine instanceof FastEngine && engine.statistics.compiledSteps).toBeGreaterThan(100_000);
      const source = (world.hosts.get(from) as Host).send('guest', to, policies[policy] as never);
      world.until(() => source.state !== 'under way');
      expect(source.state).toBe('moved');
      expect(world.difference('guest')).toBeUndefined();
    }
    for (let n = 0; n < 4; n++) world.step();
    expect(world.difference('guest')).toBeUndefined();
  });
});

describe('Hosts of different kinds', () => {
  const kinds = [
    [{ monitor: 'none' }, { monitor: 'interpret' }],
    [{ monitor: 'trap-and-emulate' }, { monitor: 'none' }],
    [{ monitor: 'binary-translation' }, { monitor: 'hybrid' }],
    [{ monitor: 'none' }, { monitor: 'interpret', variant: 'ring32-x' }],
  ] as const;
  it.each(kinds)('hand a guest of ring32-v over: from %j to %j', (from, to) => {
    const world = new World();
    world.host('a:1', kindOf(from));
    world.host('b:1', kindOf(to));
    world.start('a:1', 'guest', sly.image, sly);
    for (let n = 0; n < 25; n++) world.step();
    const source = (world.hosts.get('a:1') as Host).send('guest', 'b:1', policies['pre-copy'] as never);
    world.until(() => source.state !== 'under way');
    expect([source.state, world.difference('guest')]).toEqual(['moved', undefined]);
    for (let n = 0; n < 40; n++) world.step();
    expect(world.difference('guest')).toBeUndefined();
  });

  it.each([
    [{ monitor: 'none', variant: 'ring32-x' }, "it was started on ring32-v, this host's machine is ring32-x"],
    [{ monitor: 'trap-and-emulate', variant: 'ring32-x' }, 'does not make the one out of the other'],
    [{ monitor: 'hybrid', variant: 'ring32-h' }, 'only interpret does'],
  ] as const)('refuse what they cannot make right, before anything moves: %j', (to, reason) => {
    const world = new World();
    world.host('a:1');
    world.host('b:1', kindOf(to));
    world.start('a:1', 'guest', sly.image, sly);
    const source = (world.hosts.get('a:1') as Host).send('guest', 'b:1', policies['pre-copy'] as never);
    world.until(() => source.state !== 'under way');
    expect([source.state, source.stage, source.bytes]).toEqual(['failed', 'reservation', 0]);
    expect(source.reason).toContain(reason);
    expect(world.difference('guest')).toBeUndefined();
  });

  it('refuse a monitor that the theorems rule out on their own machine', () => {
    for (const [monitor, variant, theorem] of [
      ['trap-and-emulate', 'ring32-x', 'Theorem 1'],
      ['hybrid', 'ring32-x', 'Theorem 3'],
      ['binary-translation', 'ring32-x', 'Theorem 3'],
      ['interpret/trap-and-emulate', 'ring32-x', 'Theorem 1'],
      ['interpret/hybrid', 'ring32-x', 'Theorem 3'],
    ] as const) {
      const world = new World();
      world.host('a:1', kindOf({ monitor: 'none', variant }));
      world.host('b:1', kindOf({ monitor, variant }));
      world.start('a:1', 'guest', busy.image, { ...busy, variant });
      const source = (world.hosts.get('a:1') as Host).send('guest', 'b:1', policies['pre-copy'] as never);
      world.until(() => source.state !== 'under way');
      expect(source.reason).toContain(theorem);
    }
  });
});

function kindOf({ monitor, variant = 'ring32-v' }: { readonly monitor: string; readonly variant?: string }) {
  return { monitor, variant: variantNamed(variant) as Variant };
}
