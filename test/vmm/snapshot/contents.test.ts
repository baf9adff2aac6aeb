/** What a snapshot holds, and what not. */
import { describe, expect, it } from 'vitest';
import { loadChain } from '../../../vmm/snapshot/chain.ts';
import { CloneGroup, type Clone, loadClones } from '../../../vmm/snapshot/clones.ts';
import type { Opened } from '../../../vmm/snapshot/read.ts';
import { SharedMemory } from '../../../vmm/snapshot/shared-memory.ts';
import { Snapshotter } from '../../../vmm/snapshot/snapshotter.ts';
import { Store } from '../../../vmm/snapshot/store.ts';
import { cloneSnapshot, consolidate, deleteSnapshot } from '../../../vmm/snapshot/tree.ts';
import { type Guest, start, ways } from './kit.ts';
import { MemoryFiles } from './memory-files.ts';

/** Writes the number that is in s0 to the page at s1 and on disk there, or zeros the page if s0 is 0; then waits for new ones. */
const writer: Guest = {
  text: `    .globl _start
_start:
    li   t3, 0x20
    li   t4, 0x21
    li   t5, 0x22
    li   t6, 2
    li   s1, 0x28000
    li   t2, 0x1000
    add  t2, t2, s1
again:
    mv   t1, s1
2:  sw   s0, 0(t1)
    addi t1, t1, 4
    bltu t1, t2, 2b
    out  t3, s2
    out  t4, s1
    out  t5, t6
3:  j    3b
`,
  input: '',
};

/** Steps in which it has written everything, the disk included. */
const written = 6000;

/** Has the guest write `value` to the page again, and its first sector to sector `sector`. */
function writeAgain(running: ReturnType<typeof start>, value: number, sector: number): void {
  const { state } = running;
  const saved = state.save();
  const registers = [...saved.registers];
  registers[8] = value;
  registers[18] = sector;
  state.restore({ ...saved, pc: running.loop, registers });
  running.run(running.machine.steps + written);
}

describe('A snapshot', () => {
  const files = new MemoryFiles();
  const store = new Store('/s', files);
  const running = start(writer, ways[0] as (typeof ways)[number]);
  running.run(written);
  const session = new Snapshotter(store, running);
  const numbers = (table: Opened['memory']) => [...table].filter((_, n) => n % 2 === 0);

  it('holds every page that is not zeros when it is the first, and none that is', () => {
    const { memory } = session.takeAll({ name: 'a', program: 'writer.s', symbols: [] });
    const { bytes } = running.machine.memory;
    const used = Array.from({ length: bytes.length / 4096 }, (_, page) => page).filter((page) =>
      bytes.subarray(page * 4096, (page + 1) * 4096).some((byte) => byte !== 0),
    );
    expect(numbers(memory)).toEqual(used);
  });

  it('holds what was written since its parent, and nothing else', () => {
    writeAgain(running, 7, 8);
    const b = session.takeChanges('b');
    expect([numbers(b.memory), numbers(b.disk)]).toEqual([[0x28], [1]]);
    const c = session.takeChanges('c');
    expect([numbers(c.memory), numbers(c.disk)]).toEqual([[], []]);
    expect(c.size).toBe(4096);
    expect(c.description.blocks.count).toBe(0);
  });

  it('says that a page is zeros now, and needs no room for it', () => {
    writeAgain(running, 0, 8);
    const { memory, disk, description } = session.takeChanges('zeroed');
    expect([...memory]).toEqual([0x28, 0]);
    expect(numbers(disk)).toEqual([1]);
    expect(description.blocks.count).toBe(1);
    expect(loadChain(files, store.chain('zeroed')).memory.has(0x28)).toBe(false);
  });

  it('stores what is on disk and in memory once', () => {
    writeAgain(running, 9, 0);
    for (let sector = 1; sector < 8; sector++) writeAgain(running, 9, sector);
    const { memory, disk, description } = session.takeChanges('same');
    expect([memory[1], disk[1], description.blocks.count]).toEqual([1, 1, 1]);
  });

  it('stays what it is when the one between is deleted: pages that became zeros there do not come back', () => {
    writeAgain(running, 0, 16);
    session.takeChanges('zeros');
    running.run(running.machine.steps + 5);
    session.takeChanges('end');
    deleteSnapshot(store, 'zeros');
    expect(
      store
        .chain('end')
        .map(({ description }) => description.name)
        .slice(-2),
    ).toEqual(['same', 'end']);
    expect(loadChain(files, store.chain('end')).memory.has(0x28)).toBe(false);
    const alone = consolidate(store, 'end');
    expect(alone.description.parent).toBeNull();
    expect([...numbers(alone.memory)]).not.toContain(0x28);
  });
});

describe('A clone that is in memory', () => {
  it('has pages of its own for what it wrote, and for nothing else', () => {
    const store = new Store('/s', new MemoryFiles());
    const running = start(writer, ways[0] as (typeof ways)[number]);
    running.run(written);
    new Snapshotter(store, running).takeAll({ name: 'a', program: 'writer.s', symbols: [] });
    for (const name of ['one', 'two']) cloneSnapshot(store, store.open('a'), name);
    const { shared, clones } = loadClones(store.files, [store.chain('one'), store.chain('two')]);
    const group = new CloneGroup(
      running.machine,
      running.state,
      undefined,
      new SharedMemory(store.files, shared, running.machine.memory),
    );
    const [one, two] = clones as [Clone, Clone];
    group.switchTo(one);
    writeAgain(running, 5, 0);
    for (const clone of [two, one, two]) group.switchTo(clone);
    group.release();
    expect([[...one.pages.keys()], [...two.pages.keys()]]).toEqual([[0x28], []]);
  });
});
