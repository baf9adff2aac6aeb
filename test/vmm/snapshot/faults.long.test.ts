/** What goes wrong with files: killed programs, full disks, damage. Nothing is lost, and every refusal says why. */
import { describe, expect, it } from 'vitest';
import type { Opened } from '../../../vmm/snapshot/read.ts';
import { openSnapshot, readBlocks } from '../../../vmm/snapshot/read.ts';
import { SnapshotError } from '../../../vmm/snapshot/failure.ts';
import type { Files } from '../../../vmm/snapshot/files.ts';
import { loadChain } from '../../../vmm/snapshot/chain.ts';
import { Snapshotter } from '../../../vmm/snapshot/snapshotter.ts';
import { Store } from '../../../vmm/snapshot/store.ts';
import { cloneSnapshot, consolidate, deleteSnapshot, setTemplate } from '../../../vmm/snapshot/tree.ts';
import { encodeState } from '../../../vmm/snapshot/state.ts';
import { type Guest, start } from './kit.ts';
import { type Loss, MemoryFiles } from './memory-files.ts';

/** Counts in two pages, and writes the first to disk now and then. */
const counter: Guest = {
  text: `    .globl _start
_start:
    li   t0, 0x28000
    li   t2, 0x22
    li   t1, 0x21
    out  t1, t0
    li   s0, 2
1:  lw   t1, 0(t0)
    addi t1, t1, 1
    sw   t1, 0(t0)
    li   t3, 0x1000
    add  t3, t3, t0
    sw   t1, 0(t3)
    out  t2, s0
    j    1b
`,
  input: '',
};

/** A store with a root `a`, its child `b`, b's children `c` and `d`, and the guest at `b` + 100 steps to take more of. */
function makeStore(files: MemoryFiles): { store: Store; session: Snapshotter } {
  const store = new Store('/s', files);
  const running = start(counter, { strategy: undefined, engine: 'interpreter' });
  const session = new Snapshotter(store, running);
  const take = (name: string, step: number) => {
    running.run(step);
    return session.takeChanges(name);
  };
  running.run(50);
  session.takeAll({ name: 'a', program: 'counter.s', symbols: [] });
  const chainOf = (name: string) => store.chain(name);
  take('b', 1500);
  take('c', 3000);
  session.restore(chainOf('b'));
  take('d', 2600);
  store.setCurrent('d');
  running.run(4000);
  return { store, session };
}

type Made = ReturnType<typeof makeStore>;

/** Every file of the store, with its contents. */
function filesOf(store: Store): readonly string[] {
  const files = store.files as MemoryFiles;
  return files.paths().map((path) => `${path} ${Buffer.from(files.contents(path)).toString('base64')}`);
}

/** What every snapshot of the store stands for, as text. */
function meanings(store: Store): Map<string, string> {
  return new Map(
    store.names().map((name) => {
      const chain = store.chain(name);
      const { memory, disk } = loadChain(store.files, chain);
      const blocks = (from: ReadonlyMap<number, Uint8Array>) =>
        [...from]
          .sort(([a], [b]) => a - b)
          .map(([n, block]) => `${n} ${Buffer.from(block).toString('base64')}`);
      const state = encodeState((chain.at(-1) as Opened).description.state);
      return [name, [Buffer.from(state).toString('hex'), ...blocks(memory), ...blocks(disk)].join('\n')];
    }),
  );
}

/** Everything that changes files, and the names that are there before and after. */
const changes: readonly (readonly [
  name: string,
  act: (made: ReturnType<typeof makeStore>) => unknown,
  after: string,
])[] = [
  ['taking a snapshot', ({ session }) => session.takeChanges('e'), 'abcde'],
  ['cloning', ({ store }) => cloneSnapshot(store, store.open('c'), 'e'), 'abcde'],
  ['making a template', ({ store }) => setTemplate(store, store.open('a'), true), 'abcd'],
  ['consolidating', ({ store }) => consolidate(store, 'c'), 'abcd'],
  ['deleting the first', ({ store }) => deleteSnapshot(store, 'a'), 'bcd'],
  ['deleting one in the middle, with two children', ({ store }) => deleteSnapshot(store, 'b'), 'acd'],
  ['deleting the last and current', ({ store }) => deleteSnapshot(store, 'd'), 'abc'],
];

const losses: readonly Loss[] = [
  { names: false, contents: false },
  { names: true, contents: false },
  { names: false, contents: true },
  { names: true, contents: true },
];

describe('A program that is killed while it changes snapshots', () => {
  it.each(changes)('leaves all of them what they were: %s', (_, act, after) => {
    const whole = makeStore(new MemoryFiles());
    const before = meanings(whole.store);
    const start = (whole.store.files as MemoryFiles).calls;
    act(whole);
    const calls = (whole.store.files as MemoryFiles).calls - start;
    const done = meanings(whole.store);
    expect([...done.keys()].join('')).toBe(after);
    let [old, changed] = [0, 0];
    for (let call = 1; call <= calls; call++) {
      for (const bytes of [0, 1, 4096, 8000]) {
        const made = makeStore(new MemoryFiles());
        const files = made.store.files as MemoryFiles;
        files.killAt = start + call;
        files.killAfter = bytes;
        expect(() => act(made)).toThrow(/Killed|cannot/);
        for (const loss of losses) {
          const found = new Store('/s', files.after(loss));
          const now = meanings(found);
          for (const [name, meaning] of now)
            expect(meaning === (before.get(name) ?? done.get(name))).toBe(true);
          for (const name of before.keys()) expect(now.has(name) || !done.has(name)).toBe(true);
          expect(found.current === undefined || found.has(found.current)).toBe(true);
          if ([...now.keys()].join('') === after) changed += 1;
          else old += 1;
        }
      }
    }
    expect(changed).toBeGreaterThan(0);
    if (after !== 'abcd') expect(old).toBeGreaterThan(calls);
  });
});

describe('A full disk', () => {
  it.each(changes)(
    'is told with the name of the file, and all snapshots stay what they were: %s',
    (_, act) => {
      const before = meanings(makeStore(new MemoryFiles()).store);
      for (const free of [0, 1, 100, 5000, 9000]) {
        const made = makeStore(new MemoryFiles());
        const files = made.store.files as MemoryFiles;
        const paths = files.paths();
        files.free = free;
        try {
          act(made);
        } catch (error) {
          expect(error).toBeInstanceOf(SnapshotError);
          expect((error as Error).message).toMatch(
            /^\/s\/(\w\.snap|current): cannot write it: no space left on the disk$/,
          );
          expect(files.paths().filter((path) => !paths.includes(path))).toEqual([]);
        }
        const now = meanings(made.store);
        for (const [name, meaning] of now)
          if (before.has(name)) expect(meaning === before.get(name)).toBe(true);
      }
    },
  );

  it('keeps a guest that goes on from being taken later: nothing that it changed is forgotten', () => {
    const [failed, other] = [makeStore(new MemoryFiles()), makeStore(new MemoryFiles())];
    (failed.store.files as MemoryFiles).free = 100;
    expect(() => failed.session.takeChanges('e')).toThrow('no space left');
    (failed.store.files as MemoryFiles).free = Number.POSITIVE_INFINITY;
    failed.session.takeChanges('e');
    other.session.takeChanges('e');
    expect(meanings(failed.store).get('e')).toBe(meanings(other.store).get('e'));
  });
});

describe('A system that writes a few bytes at a time', () => {
  it('gets the whole file all the same', () => {
    const files = new MemoryFiles();
    files.mostAtOnce = 1000;
    expect(meanings(makeStore(files).store)).toEqual(meanings(makeStore(new MemoryFiles()).store));
  });
});

/** A file that is read from memory without being copied, for it is read some ten thousand times. */
class OneFile extends MemoryFiles {
  bytes = new Uint8Array();
  override openToRead(): number {
    return 0;
  }
  override size(): number {
    return this.bytes.length;
  }
  override read(_: number, into: Uint8Array, at: number): number {
    const part = this.bytes.subarray(at, at + into.length);
    into.set(part);
    return part.length;
  }
}

function readAll(files: Files): void {
  readBlocks(files, openSnapshot(files, 'small.snap'), { take: () => {} });
}

/** The reason for which the file is refused, without its name. */
function refusal(files: Files): string | undefined {
  try {
    readAll(files);
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    expect(error.message).toBe(`small.snap: ${error.reason}`);
    return error.reason;
  }
  return undefined;
}

describe.each(['plain', 'deflate'] as const)('A small snapshot, %s', (packing) => {
  const files = new MemoryFiles();
  const running = start(counter, { strategy: undefined, engine: 'interpreter' }, new Uint8Array(8192));
  running.run(30);
  const taken = new Snapshotter(new Store('/s', files), running).takeAll(
    { name: 'small', program: 'counter.s', symbols: [] },
    { packing },
  );
  const good = files.contents(taken.path);
  const blocksAt =
    good.length -
    (packing === 'plain'
      ? taken.description.blocks.count * 4096
      : (taken.description.blocks.sizes[0] as number));
  const one = new OneFile();

  it('is read when nothing is wrong with it', () => {
    one.bytes = good.slice();
    expect(refusal(one)).toBeUndefined();
    expect(taken.description.blocks.count).toBeGreaterThan(1);
  });

  it('is refused with the reason, wherever a bit of it is flipped', () => {
    one.bytes = good.slice();
    for (let at = 0; at < good.length; at++) {
      one.bytes[at] = (good[at] as number) ^ (1 << (at % 8));
      const reason = refusal(one);
      one.bytes[at] = good[at] as number;
      if (at < 8) expect(reason).toBe('not a snapshot of ringlab (its first bytes are wrong)');
      else if (at < 12) expect(reason).toMatch(/^format version \d+; this ringlab reads version 1$/);
      else if (at < 16)
        expect(reason).toMatch(
          /^damaged: its (description is longer than the file|check sum does not fit its first part)$/,
        );
      else if (at < 24)
        expect(reason).toMatch(/^(cut short: \d+ of \d+ bytes are there|damaged: \d+ bytes instead of \d+)$/);
      else if (at < blocksAt) expect(reason).toBe('damaged: its check sum does not fit its first part');
      else
        expect(reason).toMatch(
          /^damaged: (the check sum does not fit its blocks|a group of its blocks does not inflate)$/,
        );
    }
  });

  it('is refused with the reason, wherever it is cut', () => {
    for (let length = 0; length < good.length; length++) {
      one.bytes = good.slice(0, length);
      expect(refusal(one)).toMatch(length === 0 ? /^empty: not a snapshot$/ : /^cut short: /);
    }
    one.bytes = Uint8Array.from([...good, 0]);
    expect(refusal(one)).toBe(`damaged: ${good.length + 1} bytes instead of ${good.length}`);
  });
});

describe('A chain', () => {
  const rename = (files: MemoryFiles, from: string, to: string) => files.put(to, files.contents(from));

  it('is refused when a parent is missing, and the message names both files', () => {
    const { store } = makeStore(new MemoryFiles());
    store.remove('b');
    expect(() => store.chain('c')).toThrow('/s/c.snap: its parent is missing: /s/b.snap');
    expect(store.chain('a')).toHaveLength(1);
  });

  it.each([
    ['cloned', (store: Store) => cloneSnapshot(store, store.open('c'), 'e'), 'c', 'b'],
    ['made a template', (store: Store) => setTemplate(store, store.open('c'), true), 'c', 'b'],
    ['consolidated', (store: Store) => consolidate(store, 'c'), 'c', 'b'],
    ['the start of another', (_: Store, { session }: Made) => session.takeChanges('e'), 'd', 'b'],
  ])('is not %s while a part of it is missing, and nothing is changed', (_, act, child, parent) => {
    const made = makeStore(new MemoryFiles());
    made.store.remove(parent);
    const before = filesOf(made.store);
    expect(() => act(made.store, made)).toThrow(`/s/${child}.snap: its parent is missing: /s/${parent}.snap`);
    expect(filesOf(made.store)).toEqual(before);
  });

  it.each(['missing', 'another'])('is not destroyed for good while one in the middle is %s', (how) => {
    const { store } = makeStore(new MemoryFiles());
    const files = store.files as MemoryFiles;
    const [whole, middle] = [meanings(store), files.contents('/s/b.snap').slice()];
    if (how === 'missing') store.remove('b');
    else rename(files, '/s/a.snap', '/s/b.snap');
    const before = filesOf(store);
    expect(() => deleteSnapshot(store, 'a')).toThrow(
      /^\/s\/c\.snap: its parent .*\. It may have been taken from a$/,
    );
    expect(filesOf(store)).toEqual(before);
    files.put('/s/b.snap', middle);
    expect(meanings(store)).toEqual(whole);
  });

  it('is given up from its end when one in the middle cannot be put back', () => {
    const { store } = makeStore(new MemoryFiles());
    store.remove('b');
    for (const name of ['c', 'd', 'a']) deleteSnapshot(store, name);
    expect(store.names()).toEqual([]);
  });

  it('is refused when another snapshot has the place of a parent', () => {
    const { store } = makeStore(new MemoryFiles());
    rename(store.files as MemoryFiles, '/s/a.snap', '/s/b.snap');
    expect(() => store.chain('d')).toThrow(
      '/s/d.snap: its parent was altered: /s/b.snap is not the snapshot',
    );
  });

  it('is refused when a parent is of another machine', () => {
    const { store } = makeStore(new MemoryFiles());
    const { description } = store.open('b');
    const configuration = { ...description.configuration, sectors: 1 };
    const none = new Map<number, Uint8Array>();
    store.put({ ...description, name: 'x', configuration, memory: none, disk: none });
    expect(() => store.chain('x')).toThrow('/s/x.snap: damaged: its parent is of another machine: /s/a.snap');
  });

  it('is refused when a parent is damaged, and the message names that', () => {
    const { store } = makeStore(new MemoryFiles());
    const bytes = (store.files as MemoryFiles).contents('/s/b.snap');
    bytes[bytes.length - 1] = 1;
    const load = (name: string) => loadChain(store.files, store.chain(name));
    expect(() => load('c')).toThrow('/s/b.snap: damaged: the check sum does not fit its blocks');
    expect(() => load('a')).not.toThrow();
    bytes[100] = 255;
    expect(() => deleteSnapshot(store, 'a')).toThrow('/s/b.snap: damaged');
    expect(store.has('a')).toBe(true);
  });

  it('is refused when nothing has the name, and the message says what there is', () => {
    const { store } = makeStore(new MemoryFiles());
    expect(() => store.chain('x')).toThrow('/s: no snapshot "x"; there are a, b, c, d');
    expect(() => new Store('/t', new MemoryFiles()).open('x')).toThrow('/t: no snapshot "x"; there is none');
  });
});
