/** Clones: what they share, and that each of them has a memory of its own all the same. */
import { describe, expect, it } from 'vitest';
import { CloneGroup, type Clone, CurrentDisk, loadClones } from '../../../vmm/snapshot/clones.ts';
import { SharedMemory } from '../../../vmm/snapshot/shared-memory.ts';
import { Snapshotter } from '../../../vmm/snapshot/snapshotter.ts';
import { Store } from '../../../vmm/snapshot/store.ts';
import { cloneSnapshot } from '../../../vmm/snapshot/tree.ts';
import { seed } from '../../property/seed.ts';
import fc from '../../property/fast-check.ts';
import { blank, difference, guests, start, ways, wholeOf } from './kit.ts';
import { MemoryFiles } from './memory-files.ts';

const bare = { strategy: undefined, engine: 'interpreter' } as const;

describe(`Clones that run in turns in one memory (seed ${seed})`, () => {
  it('are each as if it had a machine to itself, whatever runs them', () => {
    const turns = fc.array(fc.record({ which: fc.nat({ max: 3 }), steps: fc.nat({ max: 1500 }) }), {
      minLength: 2,
      maxLength: 12,
    });
    const packings = fc.constantFrom('plain' as const, 'deflate' as const);
    const property = fc.property(
      guests,
      turns,
      fc.constantFrom(...ways),
      packings,
      (guest, todo, way, packing) => {
        const store = new Store('/s', new MemoryFiles());
        const first = start(guest, bare);
        const session = new Snapshotter(store, first);
        first.run(700);
        session.takeAll({ name: 'template', program: 'guest.s', symbols: [] }, { packing });
        first.run(900);
        session.takeChanges('later');
        const names = ['c0', 'c1', 'c2'];
        for (const name of names) cloneSnapshot(store, store.open('template'), name);
        const { shared, clones } = loadClones(
          store.files,
          [...names, 'later'].map((name) => store.chain(name)),
        );
        const disk = new CurrentDisk(first.disk.sectors);
        const running = blank(way, disk);
        const group = new CloneGroup(
          running.machine,
          running.state,
          disk,
          new SharedMemory(store.files, shared, running.machine.memory),
        );
        const alone = clones.map(() => start(guest, bare));
        for (const [n, one] of alone.entries()) one.run((clones[n] as Clone).state.steps);
        for (const { which, steps } of todo) {
          const [clone, oracle] = [clones[which] as Clone, alone[which] as typeof first];
          group.switchTo(clone);
          const until = running.machine.steps + steps;
          expect(running.run(until)).toEqual(oracle.run(until));
          const differs = difference(wholeOf({ ...running, disk: clone.disk }), wholeOf(oracle));
          if (differs !== undefined)
            throw new Error(`${clone.name} at step ${until}: ${differs}\n${guest.text}`);
        }
        running.close();
      },
    );
    fc.assert(property, { seed, numRuns: 50 });
  });
});

describe('A clone', () => {
  const store = new Store('/s', new MemoryFiles());
  const running = start({ text: '_start:\n1: j 1b\n', input: '' }, bare);
  running.run(10);
  const address = Uint8Array.of(2, 0, 0, 0, 0, 1);
  const saved = running.machine.save();
  running.machine.restore({
    ...saved,
    devices: { ...saved.devices, network: { ...saved.devices.network, address } },
  });
  new Snapshotter(store, running).takeAll({ name: 'a', program: 'guest.s', symbols: [] });
  const [one, two] = ['one', 'two'].map((name) => cloneSnapshot(store, store.open('a'), name).description);

  it('has an identity and a network address of its own, and is otherwise the same machine', () => {
    const { configuration, state } = store.open('a').description;
    const identities = [configuration, one?.configuration, two?.configuration].map((of) =>
      of?.identity.join(),
    );
    expect(new Set(identities).size).toBe(3);
    const addresses = [state, one?.state, two?.state].map((of) => of?.devices.network.address.join());
    expect(new Set(addresses).size).toBe(3);
    expect(one?.state.devices.network.address[0]).toBe(2);
    expect({ ...one?.state, devices: undefined }).toEqual({ ...state, devices: undefined });
  });

  it('takes room for nothing but its description', () => {
    expect(store.files.size(store.files.openToRead(store.pathOf('one')))).toBe(4096);
  });

  it('cannot be run together with a snapshot of another tree', () => {
    new Snapshotter(store, running).takeAll({ name: 'b', program: 'guest.s', symbols: [] });
    expect(() => loadClones(store.files, [store.chain('one'), store.chain('b')])).toThrow('not of one tree');
  });

  it('does not get back a page that was altered in its file meanwhile', () => {
    const files = new MemoryFiles();
    const other = new Store('/s', files);
    const guest = start(
      { text: '_start:\n li t0, 0x28000\n1: sw t0, 0(t0)\n j 1b\n', input: '' },
      bare,
      new Uint8Array(4096),
    );
    guest.machine.memory.write(0x28004, 4, 1);
    new Snapshotter(other, guest).takeAll({ name: 'a', program: 'guest.s', symbols: [] });
    for (const name of ['one', 'two']) cloneSnapshot(other, other.open('a'), name);
    const { shared, clones } = loadClones(files, [other.chain('one'), other.chain('two')]);
    const group = new CloneGroup(
      guest.machine,
      guest.state,
      undefined,
      new SharedMemory(files, shared, guest.machine.memory),
    );
    const [first, second] = clones as [Clone, Clone];
    group.switchTo(first);
    guest.run(10);
    const bytes = files.contents(other.pathOf('a'));
    bytes[bytes.length - 4096 + 4] = 2;
    expect(() => group.switchTo(second)).toThrow('/s/a.snap: it was written to while guests ran on it');
  });
});
