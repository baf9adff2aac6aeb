/** Snapshots of random guests: whatever runs them before and after, they go on as if nothing had happened. */
import { describe, expect, it } from 'vitest';
import { type Chain, last, loadChain, loadDisk } from '../../../vmm/snapshot/chain.ts';
import { Snapshotter } from '../../../vmm/snapshot/snapshotter.ts';
import { Store } from '../../../vmm/snapshot/store.ts';
import { ThinDisk } from '../../../vmm/snapshot/thin-disk.ts';
import { cloneSnapshot, consolidate, deleteSnapshot, setTemplate } from '../../../vmm/snapshot/tree.ts';
import { seed } from '../../property/seed.ts';
import fc from '../../property/fast-check.ts';
import {
  blank,
  type Guest,
  guests,
  difference,
  memory,
  type Running,
  start,
  type Way,
  type Whole,
  ways,
  wholeOf,
} from './kit.ts';
import { MemoryFiles } from './memory-files.ts';

const way = fc.constantFrom(...ways);
const origin = (name: string) => ({ name, program: 'guest.s', symbols: [] });

/** A guest put back from its snapshots. */
function restored(store: Store, chain: Chain, how: Way): { running: Running; session: Snapshotter } {
  const { sectors } = last(chain).description.configuration;
  const running = blank(how, ThinDisk.overBlocks(sectors, loadDisk(store.files, chain)));
  const session = new Snapshotter(store, running);
  session.restore(chain);
  return { running, session };
}

/** Fails with what differs, and the guest as assembly. */
function expectSame(guest: Guest, found: Whole, expected: Whole, where: string): void {
  const differs = difference(found, expected);
  if (differs !== undefined) throw new Error(`${where}: ${differs}\n${guest.text}`);
}

describe(`A snapshot of a random guest (seed ${seed})`, () => {
  let [compiled, direct] = [0, 0];

  it('restored, by the same or another engine and strategy, runs to the state of a run without it', () => {
    const property = fc.property(
      guests,
      fc.array(fc.nat({ max: 4000 }), { minLength: 2, maxLength: 5 }),
      fc.infiniteStream(way),
      fc.constantFrom('plain' as const, 'deflate' as const),
      (guest, strides, ways, packing) => {
        const store = new Store('/s', new MemoryFiles());
        const oracle = start(guest, { strategy: undefined, engine: 'interpreter' });
        let running: Running = start(guest, ways.next().value as Way);
        let session = new Snapshotter(store, running);
        const printed: number[] = [];
        let step = 0;
        for (const [n, stride] of strides.entries()) {
          step += stride;
          expect(running.run(step)).toEqual(oracle.run(step));
          printed.push(...running.printed);
          expectSame(guest, wholeOf(running), wholeOf(oracle), `at step ${step}`);
          expect(printed).toEqual(oracle.printed);
          if (n === 0) session.takeAll(origin('s0'), { packing });
          else session.takeChanges(`s${n}`, { packing });
          compiled += running.compiled();
          direct += Number(running.compiled() === 0);
          running.close();
          ({ running, session } = restored(store, store.chain(`s${n}`), ways.next().value as Way));
          expectSame(guest, wholeOf(running), wholeOf(oracle), `restored at step ${step}`);
        }
        expect(running.run(step + 3000)).toEqual(oracle.run(step + 3000));
        expectSame(guest, wholeOf(running), wholeOf(oracle), `at step ${step + 3000}`);
        running.close();
      },
    );
    fc.assert(property, { seed, numRuns: 100 });
    expect(compiled).toBeGreaterThan(10_000);
    expect(direct).toBeGreaterThan(0);
  });
});

/** Something that a person does to a folder of snapshots; numbers choose among those that there are. */
type Deed =
  | { readonly kind: 'take'; readonly steps: number; readonly way: Way }
  | { readonly kind: 'revert' | 'delete' | 'consolidate' | 'clone' | 'template'; readonly which: number };

const deeds: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('take' as const), steps: fc.nat({ max: 1500 }), way }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'revert' as const,
        'delete' as const,
        'consolidate' as const,
        'clone' as const,
        'template' as const,
      ),
      which: fc.nat(),
    }),
  },
);

describe(`A tree of snapshots (seed ${seed})`, () => {
  it('keeps what each of them stands for through branches, merges, consolidations, templates and clones', () => {
    const property = fc.property(guests, fc.array(deeds, { minLength: 3, maxLength: 14 }), (guest, todo) => {
      const store = new Store('/s', new MemoryFiles());
      const first = start(guest, { strategy: undefined, engine: 'interpreter' });
      first.run(500);
      new Snapshotter(store, first).takeAll(origin('s0'));
      const expected = new Map([['s0', wholeOf(first)]]);
      let current = 's0';
      for (const [n, deed] of todo.entries()) {
        const name = `s${n + 1}`;
        if (deed.kind === 'take') {
          const { running, session } = restored(store, store.chain(current), deed.way);
          expectSame(guest, wholeOf(running), expected.get(current) as Whole, `${current} restored`);
          running.run(running.machine.steps + deed.steps);
          session.takeChanges(name);
          expected.set(name, wholeOf(running));
          running.close();
          current = name;
        } else {
          const names = [...expected.keys()];
          const chosen = names[deed.which % names.length] as string;
          if (deed.kind === 'revert') current = chosen;
          if (deed.kind === 'clone')
            expected.set(
              cloneSnapshot(store, store.open(chosen), name).description.name,
              expected.get(chosen) as Whole,
            );
          if (deed.kind === 'template') setTemplate(store, store.open(chosen), true);
          if (deed.kind === 'consolidate') consolidate(store, chosen);
          if (deed.kind === 'delete' && names.length > 1) {
            deleteSnapshot(store, chosen);
            expected.delete(chosen);
            if (current === chosen) current = [...expected.keys()][0] as string;
          }
        }
      }
      expect([...store.names()].sort()).toEqual([...expected.keys()].sort());
      for (const [name, whole] of expected) {
        const chain = store.chain(name);
        const loaded = loadChain(store.files, chain);
        const bytes = new Uint8Array(memory);
        for (const [page, block] of loaded.memory) bytes.set(block, page * 4096);
        const { running } = restored(store, chain, { strategy: undefined, engine: 'interpreter' });
        expectSame(guest, wholeOf(running), whole, name);
        expect(Buffer.compare(bytes, running.machine.memory.bytes)).toBe(0);
      }
    });
    fc.assert(property, { seed, numRuns: 60 });
  });
});
