/** What happens to a guest is said: its end, a hand-over that nobody takes, what a request did. */
import { describe, expect, it } from 'vitest';
import { Control } from '../../../vmm/hosting/control.ts';
import type { Host } from '../../../vmm/hosting/host.ts';
import { strategies } from '../../../vmm/monitor/strategies.ts';
import { image } from '../assembled.ts';
import { busy } from '../migration/busy.ts';
import { policies, World } from '../migration/world.ts';
import { replyOf, statusOf } from './kit.ts';

/** Works on a page for a while, and ends with status 5. */
const worker = image(`    .globl _start
_start:
    li   s0, 20000
1:  sw   s0, 0x200(zero)
    addi s0, s0, -1
    bnez s0, 1b
    li   t0, 1
    li   t1, 5
    out  t0, t1
`);

const pass = (world: World, turns: number) => {
  for (let n = 0; n < turns; n++) world.step();
};

/** Two hosts; what the first is told of ends. */
function twoHosts(machinery = {}): { world: World; host: Host; ends: string[] } {
  const ends: string[] = [];
  const world = new World({
    machinery,
    events: (address) => ({ ended: ({ spec }, how) => ends.push(`${address}: ${spec.name} ${how}`) }),
  });
  const host = world.host('a:1');
  world.host('b:1');
  return { world, host, ends };
}

describe('The end of a guest', () => {
  it('is said once, with its status, and is in the list', () => {
    const { world, host, ends } = twoHosts();
    world.start('a:1', 'worker', worker, { memory: 2 ** 18 });
    pass(world, 1500);
    expect(ends).toEqual(['a:1: worker ended with status 5']);
    expect(statusOf(host)).toMatchObject([{ state: 'ended', reason: 'ended with status 5', status: 5 }]);
  });

  it('during its migration ends that: the guest is where it was', () => {
    const { world, host, ends } = twoHosts();
    world.start('a:1', 'worker', worker, { memory: 2 ** 18 });
    pass(world, 1000);
    const slowly = { ...(policies['many rounds'] as object), rounds: 4096, factor: 1000 };
    const source = host.send('worker', 'b:1', slowly as never);
    pass(world, 500);
    expect([source.state, source.reason]).toEqual(['failed', 'it ended with status 5']);
    expect([ends, world.owners('worker')]).toEqual([['a:1: worker ended with status 5'], ['a:1']]);
    expect(statusOf(host)).toMatchObject([{ state: 'ended', status: 5 }]);
  });

  it('is no reason not to move it later', () => {
    const { world, host } = twoHosts();
    world.start('a:1', 'worker', worker, { memory: 2 ** 18 });
    pass(world, 1500);
    const source = host.send('worker', 'b:1', policies['pre-copy'] as never);
    pass(world, 300);
    expect([source.state, world.owners('worker')]).toEqual(['moved', ['b:1']]);
  });
});

describe('A guest that is handed over to a host that dies', () => {
  it('is said to be waited for, until it runs there', () => {
    const { world, host } = twoHosts();
    world.start('a:1', 'busy', busy.image, busy);
    const source = host.send('busy', 'b:1', policies['pre-copy'] as never);
    world.until(() => source.isDecided);
    world.kill('b:1');
    pass(world, 20);
    expect(source.isWaiting).toBe(true);
    expect(statusOf(host)).toMatchObject([{ state: 'leaving', reason: 'handed over, waiting for b:1' }]);
    world.host('b:1');
    world.until(() => source.state === 'moved');
    expect([source.state, source.isWaiting, world.difference('busy')]).toEqual(['moved', false, undefined]);
  });
});

describe('A request', () => {
  it('is answered with what it did', () => {
    const { world, host } = twoHosts();
    world.start('a:1', 'busy', busy.image, busy);
    pass(world, 10);
    const control = new Control(host, () => world.now);
    const hold = (held: boolean) => replyOf(control, { kind: 'hold', guest: 'busy', held });
    const at = `step ${world.guest('busy').machine.steps}`;
    expect(hold(true)).toEqual({ kind: 'done', what: `busy stands still at ${at}, until --release` });
    expect(hold(true)).toEqual({ kind: 'done', what: `busy stood still already at ${at}, until --release` });
    expect(hold(false)).toEqual({ kind: 'done', what: `busy goes on from ${at}` });
    expect(hold(false)).toEqual({ kind: 'done', what: `busy was not held; it is at ${at}` });
    expect(replyOf(control, { kind: 'remove', guest: 'busy' })).toEqual({
      kind: 'done',
      what: 'busy is gone for good',
    });
    expect([...host.slots]).toEqual([]);
  });

  it.each(['none', ...strategies.map(({ name }) => name)])(
    'to stop a guest ends it for good, its console is there, also after a death (%s)',
    (monitor) => {
      const { world, host, ends } = twoHosts({ monitor });
      world.start('a:1', 'busy', busy.image, busy);
      pass(world, 60);
      host.stop('busy');
      pass(world, 5);
      expect(ends).toEqual(['a:1: busy ended with status 143']);
      expect(() => host.stop('busy')).toThrow('busy ended with status 143 already');
      const log = world.log('busy').join();
      world.kill('a:1');
      const again = world.host('a:1');
      pass(world, 300);
      expect(statusOf(again)).toMatchObject([{ state: 'ended', status: 143 }]);
      expect(world.log('busy').join()).toBe(log);
    },
  );
});
