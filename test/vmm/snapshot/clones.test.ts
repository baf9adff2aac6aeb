/** Clones: what they share, and that each of them has a memory of its own all the same. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CloneGroup, type Clone, CurrentDisk, loadClones } from '../../../vmm/snapshot/clones.ts';
import { Session } from '../../../vmm/snapshot/session.ts';
import { Store } from '../../../vmm/snapshot/store.ts';
import { cloneSnapshot } from '../../../vmm/snapshot/tree.ts';
import { blank, difference, guests, start, ways, wholeOf } from './kit.ts';
import { MemoryFiles } from './memory-files.ts';

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const bare = { strategy: undefined, engine: 'interpreter' } as const;

describe(`Clones that run in turns in one memory (seed ${seed})`, () => {
  it('are each as if it had a machine to itself, whatever runs them', () => {
    const turns = fc.array(fc.record({ which: fc.nat({ max: 3 }), steps: fc.nat({ max: 1500 }) }), {
      minLength: 2,
      maxLength: 12,
    });
    const property = fc.property(guests, turns, fc.constantFrom(...ways), (guest, todo, way) => {
      const store = new Store('/s', new MemoryFiles());
      const first = start(guest, bare);
      const session = new Session(store, first);
      first.run(700);
      session.takeAll({ name: 'template', program: 'guest.s', symbols: [] });
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
      const group = new CloneGroup(running.machine, running.state, disk, shared);
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
    });
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
  new Session(store, running).takeAll({ name: 'a', program: 'guest.s', symbols: [] });
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
    new Session(store, running).takeAll({ name: 'b', program: 'guest.s', symbols: [] });
    expect(() => loadClones(store.files, [store.chain('one'), store.chain('b')])).toThrow('not of one tree');
  });
});
