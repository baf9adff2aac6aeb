/** Files of every format version that there was are read, byte for byte what they were. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decode } from 'cborg';
import { describe, expect, it } from 'vitest';
import { last, loadChain } from '../../../vmm/snapshot/chain.ts';
import { Snapshotter } from '../../../vmm/snapshot/snapshotter.ts';
import { Store } from '../../../vmm/snapshot/store.ts';
import { cloneSnapshot, consolidate } from '../../../vmm/snapshot/tree.ts';
import { difference, type Guest, start, wholeOf } from './kit.ts';
import { MemoryFiles } from './memory-files.ts';

const folder = fileURLToPath(new URL('../../golden/snapshot', import.meta.url));

/** Adds up what it reads, page after page, and writes sums to memory and to the disk. */
const guest: Guest = {
  text: `    .globl _start
_start:
    li   t0, 0x11
    li   t1, 1
    out  t0, t1
    li   t0, 2000
    mts  TIMER, t0
    li   t0, 0x28000
    li   t1, 0x21
    out  t1, t0
    li   t2, 0x22
    li   t3, 2
    li   t6, 0x2c000
1:  lw   t4, 0(t0)
    add  t5, t5, t4
    addi t5, t5, 7
    sw   t5, 0(t0)
    out  t2, t3
    li   t4, 0x1000
    add  t0, t0, t4
    bltu t0, t6, 1b
    li   t0, 0x28000
    j    1b
`,
  input: 'golden',
};
const bare = { strategy: undefined, engine: 'interpreter' } as const;

/** What the files were made of: a first snapshot, its child, a clone of that, and a packed grandchild. */
function make(store: Store): void {
  const running = start(guest, bare);
  const session = new Snapshotter(store, running);
  running.run(100);
  session.takeAll({
    name: 'v1-first',
    program: 'golden.s',
    symbols: [{ name: '_start', address: 0x10000, global: true }],
  });
  running.run(1500);
  session.takeChanges('v1-child');
  cloneSnapshot(store, store.open('v1-child'), 'v1-clone');
  running.run(3000);
  session.takeChanges('v1-packed', { packing: 'deflate' });
}

describe('Files of format version 1', () => {
  const store = new Store(folder);
  if (process.env.GOLDEN === 'write') make(store);

  it('hold what they always held', () => {
    expect(store.names()).toEqual(['v1-child', 'v1-clone', 'v1-first', 'v1-packed']);
    const running = start(guest, bare);
    for (const [name, step] of [
      ['v1-first', 100],
      ['v1-child', 1500],
      ['v1-clone', 1500],
      ['v1-packed', 3000],
    ] as const) {
      running.run(step);
      const chain = store.chain(name);
      const { memory, disk } = loadChain(store.files, chain);
      const { state } = last(chain).description;
      const whole = wholeOf(running);
      const bytes = new Uint8Array(whole.memory.length);
      for (const [page, block] of memory) bytes.set(block, page * 4096);
      expect(difference({ ...whole, memory: bytes, disk }, whole)).toBeUndefined();
      expect(state).toEqual(running.machine.save());
    }
    expect(store.chain('v1-clone').map(({ description }) => description.name)).toEqual([
      'v1-first',
      'v1-child',
      'v1-clone',
    ]);
    expect(last(store.chain('v1-first')).description.symbols).toEqual([
      { name: '_start', address: 0x10000, global: true },
    ]);
  });

  it('are what is written today, byte for byte, but for what zlib packs', () => {
    const files = new MemoryFiles();
    const today = new Store('/s', files);
    make(today);
    for (const name of ['v1-first', 'v1-child', 'v1-clone']) {
      expect(Buffer.compare(readFileSync(store.pathOf(name)), files.contents(today.pathOf(name)))).toBe(0);
    }
  });

  it('can be read by another program from the layout that is documented', () => {
    const file = readFileSync(store.pathOf('v1-first'));
    expect(file.subarray(0, 8).toString('latin1')).toBe('\x89RLSNAP\n');
    const [version, length, size] = [
      file.readUInt32LE(8),
      file.readUInt32LE(12),
      Number(file.readBigUInt64LE(16)),
    ];
    expect([version, size]).toEqual([1, file.length]);
    const description = decode(file.subarray(64, 64 + length)) as {
      state: { steps: number };
      memory: Uint8Array;
      blocks: { count: number; sha256: Uint8Array };
    };
    const at = Math.ceil((64 + length) / 4096) * 4096;
    const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
    expect(sha256(file.subarray(0, 32), file.subarray(64, at)).equals(file.subarray(32, 64))).toBe(true);
    expect(sha256(file.subarray(at)).equals(description.blocks.sha256)).toBe(true);
    const table = Buffer.from(description.memory);
    const running = start(guest, bare);
    running.run(description.state.steps);
    for (let entry = 0; entry < table.length; entry += 8) {
      const [page, place] = [table.readUInt32LE(entry), table.readUInt32LE(entry + 4)];
      const block = file.subarray(at + (place - 1) * 4096, at + place * 4096);
      expect(block.equals(running.machine.memory.bytes.subarray(page * 4096, (page + 1) * 4096))).toBe(true);
    }
  });

  it('are read as well when a later version has written some of them anew', () => {
    const files = new MemoryFiles();
    for (const name of store.names()) files.put(`/s/${name}.snap`, readFileSync(store.pathOf(name)));
    const mixed = new Store('/s', files);
    consolidate(mixed, 'v1-child');
    expect(mixed.chain('v1-clone')).toHaveLength(2);
  });
});
