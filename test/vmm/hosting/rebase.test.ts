/** A keep's base taken anew while the guest runs: a death costs no more than what came after. */
import { describe, expect, it } from 'vitest';
import type { Host } from '../../../vmm/hosting/host.ts';
import { Keep } from '../../../vmm/hosting/keep/keep.ts';
import { mostOfItsTime, Rebase } from '../../../vmm/hosting/keep/rebase.ts';
import { MemoryShelf } from '../../../vmm/hosting/keep/shelf.ts';
import { busy, sly } from '../migration/busy.ts';
import { storageErrors } from '../migration/faults.ts';
import { Killed, policies, World } from '../migration/world.ts';

/** Milliseconds of running after which a guest is saved anew, and steps in a millisecond. */
const [rebaseMs, stepsPerMs] = [40, 50];

/** A host with a guest that is saved anew again and again. */
function saved(guest = busy): { readonly world: World; readonly host: Host } {
  const world = new World({ rebaseMs, steps: stepsPerMs });
  const host = world.host('a:1');
  world.start('a:1', 'guest', guest.image, { ...guest, input: 'hello' });
  return { world, host };
}

const pass = (world: World, turns: number) => {
  for (let n = 0; n < turns; n++) world.step();
};

describe.each([
  ['busy', busy],
  ['sly', sly],
])('A guest that runs and runs (%s)', (_, guest) => {
  it('is saved anew while it runs, and has to repeat only what came after', () => {
    const { world } = saved(guest);
    for (let n = 0; n < 20; n++) {
      pass(world, 30);
      world.feed('guest', `${n}`);
    }
    const { steps } = world.guest('guest').machine;
    world.kill('a:1');
    world.host('a:1');
    const base = world.guest('guest').machine.steps;
    expect(base).toBeGreaterThan(0);
    // The time between two saves, and that of a save, in which a round may wait a turn to be stored.
    expect(steps - base).toBeLessThan((rebaseMs + 20) * stepsPerMs);
    world.until(() => !world.guest('guest').repeats);
    pass(world, 20);
    expect(world.difference('guest')).toBeUndefined();
    expect(
      world.shelves
        .get('a:1')
        ?.list()
        .filter((file) => file.endsWith('.state')),
    ).toHaveLength(1);
  });
});

/** Lets the guest run for a while in which it is saved three times; `strike` at the n-th write. Returns whether it came to that. */
function struck(n: number, strike: () => never, times = 1): World | undefined {
  const { world } = saved();
  pass(world, 25);
  let writes = 0;
  world.onWrite = () => {
    writes += 1;
    if (writes >= n && writes < n + times) strike();
  };
  for (let turn = 0; turn < 150; turn++) {
    world.step();
    if (turn === 70 && world.hosts.size > 0) world.feed('guest', 'typed');
  }
  world.onWrite = undefined;
  return writes >= n ? world : undefined;
}

describe('A host that saves a guest anew', () => {
  it('loses nothing when it is killed at any write', () => {
    let n = 1;
    for (; ; n += 1 + (n % 3)) {
      const world = struck(n, () => {
        throw new Killed('a:1');
      });
      if (world === undefined) break;
      world.host('a:1');
      pass(world, 250);
      expect([n, world.difference('guest')]).toEqual([n, undefined]);
    }
    expect(n).toBeGreaterThan(60);
  });

  it.each(storageErrors)('goes on when any of its writes fails: %s', (code) => {
    for (let n = 1; ; n += 7) {
      const strike = () => {
        throw Object.assign(new Error(code), { syscall: 'write', code, file: 'x' });
      };
      const world = struck(n, strike, 3);
      if (world === undefined) break;
      pass(world, 300);
      expect([n, world.difference('guest')]).toEqual([n, undefined]);
      world.kill('a:1');
      world.host('a:1');
      pass(world, 300);
      expect([n, world.difference('guest')]).toEqual([n, undefined]);
    }
  });

  it.each([1, 3, 8])('loses nothing when it is killed %i turns after a write has failed', (turns) => {
    for (let n = 1; ; n += 1 + (n % 3)) {
      let left = Number.POSITIVE_INFINITY;
      const { world } = saved();
      pass(world, 25);
      let writes = 0;
      world.onWrite = (_, file) => {
        writes += 1;
        if (writes !== n) return;
        left = turns;
        throw Object.assign(new Error('ENOSPC'), { syscall: 'write', code: 'ENOSPC', file });
      };
      for (let turn = 0; turn < 100 && left-- > 0; turn++) world.step();
      if (writes < n) break;
      world.onWrite = undefined;
      world.kill('a:1');
      world.host('a:1');
      pass(world, 250);
      expect([n, world.difference('guest')]).toEqual([n, undefined]);
    }
  });

  it.each(Object.keys(policies))('leaves that off when the guest is to move: %s', (policy) => {
    const { world, host } = saved();
    world.host('b:1');
    // Not stored before the migration begins.
    world.writing = 30;
    pass(world, rebaseMs + 5);
    const source = host.send('guest', 'b:1', policies[policy] as never);
    world.writing = 1;
    world.until(() => source.state !== 'under way');
    pass(world, 100);
    expect([source.state, world.difference('guest')]).toEqual(['moved', undefined]);
    expect(
      world.shelves
        .get('a:1')
        ?.list()
        .filter((file) => file.startsWith('keep')),
    ).toEqual([]);
  });
});

describe('Saving a guest anew', () => {
  it('takes at most its share of the time until the rest is saved', () => {
    const { world } = saved();
    let now = 0;
    // Every look at the clock is a tenth of a millisecond later.
    const clock = () => (now += 0.1);
    const rebase = new Rebase(world.guest('guest'), new Keep(new MemoryShelf(), 'new'), clock);
    const began = now;
    for (let turns = 0; !rebase.turn(); turns++) {
      now += 1;
      expect(rebase.spent - 0.1).toBeLessThanOrEqual(mostOfItsTime * (now - began) + 0.1);
      expect(turns).toBeLessThan(1000);
    }
    rebase.finish();
    expect(rebase.keep.state).toEqual(world.guest('guest').save());
  });
});
