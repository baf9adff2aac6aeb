/** Stacks of monitors: the parts of them, and a few guests. All guests under all stacks: stack.long.test.ts. */
import { describe, expect, it } from 'vitest';
import { Memory, WATCH } from '../../isa/machine/memory.ts';
import { PAGE, plainStorage } from '../../isa/machine/storage.ts';
import { createGuest } from '../../vmm/monitor/create-guest.ts';
import { compareGuest } from '../../vmm/monitor/compare-guest.ts';
import { Monitor } from '../../vmm/monitor/monitor.ts';
import { createStack, guestFor, machineOf, stackNamed } from '../../vmm/monitor/stack.ts';
import type { VirtualMachine } from '../../vmm/monitor/virtual-machine.ts';
import { variantNamed } from '../../isa/table/variants.ts';
import { expectCompiled } from '../engines/compiled.ts';
import { image } from './assembled.ts';
import { partsOf } from './guests.ts';
import { bare, lockstep, monitored } from './kit.ts';

const memory = 2 ** 17;
const twice = 'trap-and-emulate/trap-and-emulate';

describe('A stack of monitors', () => {
  it('is named by its strategies, the outermost first', () => {
    expect(stackNamed('hybrid')).toEqual(['hybrid']);
    expect(stackNamed('trap-and-emulate/hybrid')).toEqual(['trap-and-emulate', 'hybrid']);
  });

  it('is refused in one line when a name is missing, unknown or none, or when there are too many', () => {
    expect(() => stackNamed('hybrid//hybrid')).toThrow('"hybrid//hybrid": a name is missing beside a /');
    expect(() => stackNamed('hybrid/')).toThrow('a name is missing beside a /');
    expect(() => stackNamed('hybrid/teleport')).toThrow('no monitor strategy "teleport"; choose from');
    expect(() => stackNamed('none/hybrid')).toThrow('none is the bare machine');
    expect(() => stackNamed(`${'hybrid/'.repeat(500)}hybrid`)).toThrow('at most 500');
  });

  it('is refused in one line when it needs more memory than a machine can have', () => {
    const monitor = Array.from({ length: 100 }, () => 'hybrid').join('/');
    expect(() => createGuest({ monitor, memory: 1000 * 2 ** 20 })).toThrow(
      '100 monitors under 1000 MiB of guest memory need a machine of 1051 MiB, and the largest has 1024 MiB: ' +
        'use fewer monitors, or less --memory',
    );
  });

  it.each(['interpreter', 'fast'] as const)('runs mini.s at depth 3 as on the bare machine: %s', (engine) => {
    const parts = partsOf('kernel/mini.s', 'ring32-v');
    const side = monitored(parts, `${twice}/trap-and-emulate`, engine);
    expect(lockstep(bare(parts), side, engine === 'fast' ? 997 : 1)).toBeUndefined();
    expect(side.machine.steps).toBe(12_718);
    expectCompiled(side.engine);
  });

  it('can be very deep', () => {
    const monitor = Array.from({ length: 40 }, () => 'trap-and-emulate').join('/');
    expect(
      lockstep(bare(partsOf('hello.s', 'ring32-v')), monitored(partsOf('hello.s', 'ring32-v'), monitor), 1),
    ).toBe(undefined);
  });

  it('diverges where its innermost monitor alone does, if that one is unsound, whatever is below it', () => {
    const { image: flags } = partsOf('flags.s', 'ring32-x');
    const options = { image: flags, memory, variant: variantNamed('ring32-x'), limit: 400 };
    for (const below of ['', 'interpret/', 'hybrid/', 'trap-and-emulate/', 'binary-translation/']) {
      const { equal, steps, divergence } = compareGuest({ ...options, monitor: `${below}trap-and-emulate` });
      expect([equal, steps, divergence?.instruction]).toEqual([false, 324, 'sring a0']);
    }
  });

  it('makes the variant of its guest where it interprets, on a machine of another variant', () => {
    const variant = variantNamed('ring32-v');
    const realVariant = variantNamed('ring32-x');
    const monitor = 'interpret/trap-and-emulate';
    const { image: flags } = partsOf('flags.s', 'ring32-v');
    const guest = createGuest({ image: flags, memory, variant, realVariant, monitor });
    const alone = createGuest({ image: flags, memory, variant });
    guest.run();
    alone.run();
    expect(guest.machine.steps).toBe(alone.machine.steps);
    expect(Buffer.compare(guest.machine.memory.bytes, alone.machine.memory.bytes)).toBe(0);
  });

  it('counts the exits to each of its monitors', () => {
    const { image: hello } = partsOf('hello.s', 'ring32-v');
    const { levels, run } = createGuest({ image: hello, memory, monitor: twice });
    run();
    expect(levels.map(({ strategy, ledger }) => [strategy, [...ledger.exits]])).toEqual([
      ['trap-and-emulate', [['reflected: privileged instruction', 19]]],
      ['trap-and-emulate', [['emulated: out', 19]]],
    ]);
  });
});

describe('The registers of a guest in a stack', () => {
  const adds = image('_start: add a2, a0, a1\n1: j 1b\n');

  it('are those that it was given before the first world switch', () => {
    const guest = createGuest({ image: adds, memory, monitor: `${twice}/hybrid` });
    const state = guest.save();
    guest.restore({ ...state, registers: state.registers.map((_, n) => (n === 0 ? 0 : 100 + n)) });
    guest.run(1);
    expect([...guest.machine.x]).toEqual(
      state.registers.map((_, n) => (n === 0 ? 0 : n === 12 ? 110 + 111 : 100 + n)),
    );
  });

  it("are its own again after another guest's turn under the outermost monitor", () => {
    const counts = image('_start: addi a0, a0, 1\n addi a1, a1, 2\n j _start\n');
    const inner = { guests: [{ image: counts, memory }], strategy: 'hybrid' };
    const other = { image: image('_start: addi a0, a0, -1\n j _start\n'), memory };
    const outer = new Monitor({ strategy: 'trap-and-emulate', guests: [other, guestFor(inner)] });
    const [neighbour, hosting] = outer.guests as [VirtualMachine, VirtualMachine];
    const monitor = createStack({ ...inner, on: machineOf(outer, hosting) }).at(-1) as Monitor;
    const guest = monitor.guests[0] as VirtualMachine;
    for (const step of [4, 10, 30, 300]) {
      monitor.runGuest(guest, step);
      expect([guest.cpu.steps, ...guest.cpu.x.slice(10, 12)]).toEqual([
        step,
        Math.ceil(step / 3),
        2 * Math.ceil((step - 1) / 3),
      ]);
      outer.runGuest(neighbour, neighbour.cpu.steps + 7);
    }
  });
});

describe('Memory that is part of a part of another', () => {
  const storage = plainStorage(8 * PAGE);
  const whole = new Memory(storage, 8 * PAGE);
  const part = new Memory(storage, 4 * PAGE, { memory: whole, at: 2 * PAGE });
  const inner = new Memory(storage, PAGE, { memory: part, at: 3 * PAGE });

  it('is where the parts together say', () => {
    inner.write(4, 4, 0x12345678);
    expect(whole.read(5 * PAGE + 4, 4)).toBe(0x12345678);
    expect(part.read(3 * PAGE + 4, 4)).toBe(0x12345678);
  });

  it('stays watched until nobody watches it for that reason', () => {
    const heard: number[] = [];
    part.onWrite((at) => heard.push(at));
    for (const [memory_, page] of [
      [part, 3],
      [inner, 0],
    ] as const)
      memory_.watch(page, WATCH.TRACE);
    inner.unwatch(0, WATCH.TRACE);
    inner.write(8, 4, 1);
    expect(heard).toEqual([3 * PAGE + 8]);
    inner.watch(0, WATCH.TRACE);
    part.unwatch(3, WATCH.TRACE);
    inner.write(12, 4, 1);
    expect(heard).toEqual([3 * PAGE + 8, 3 * PAGE + 12]);
    inner.unwatch(0, WATCH.TRACE);
    inner.write(16, 4, 1);
    expect([heard.length, whole.watched[5]]).toEqual([2, 0]);
  });
});
