/** Disks as trees of blocks: what is stored of them, and how much. */
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from '../../property/fast-check.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { MemoryDisk, SECTOR } from '../../../isa/machine/devices/disk.ts';
import { sameBytes } from '../../../isa/machine/bytes.ts';
import { BLOCK } from '../../../vmm/snapshot/blocks.ts';
import { type BlockStore, blocksFrom } from '../../../vmm/storage/block-store.ts';
import { folderBlocks } from '../../../vmm/storage/folder-objects.ts';
import { createLayer, layerPath, openLayer, rootsOfLayers } from '../../../vmm/storage/layer-files.ts';
import { copyDisk, finish, publish, publishNew } from '../../../vmm/storage/publish.ts';
import { sweep, sweepAge, verifyDisk } from '../../../vmm/storage/sweep.ts';
import { seed } from '../../property/seed.ts';
import { memoryBlocks } from './memory-objects.ts';

const scratch = mkdtempSync(join(tmpdir(), 'ringlab-storage-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let folders = 0;
const newFolder = () => {
  folders += 1;
  return join(scratch, String(folders));
};

/** A disk of so many blocks, none of which is zeros or like another one. */
function fullDisk(blocks: number, first = 1): MemoryDisk {
  const disk = new MemoryDisk(new Uint8Array(blocks * BLOCK));
  const words = new Uint32Array(disk.bytes.buffer);
  for (let block = 0; block < blocks; block++) words[(block * BLOCK) / 4] = first + block;
  return disk;
}

function store(into: BlockStore, disk: MemoryDisk) {
  return finish(publishNew(into, disk.sectors, blocksFrom(disk)));
}

function contents(of: { readonly sectors: number; read(n: number, into: Uint8Array): void }): Uint8Array {
  const bytes = new Uint8Array(of.sectors * SECTOR);
  for (let n = 0; n < of.sectors; n++) of.read(n, bytes.subarray(n * SECTOR, (n + 1) * SECTOR));
  return bytes;
}

const sector = (byte: number) => new Uint8Array(SECTOR).fill(byte);

describe('A disk in the store of blocks', () => {
  it('has the root of its contents: the same for the same disk, another one for any other', () => {
    const { store: blocks } = memoryBlocks();
    const disk = fullDisk(3);
    const { root } = store(blocks, disk);
    expect(store(blocks, disk)).toEqual({ root, blocks: 0, leaves: 0, roots: 0, reused: 5 });
    disk.write(23, sector(1));
    expect(store(blocks, disk).root).not.toBe(root);
    expect(store(blocks, new MemoryDisk(fullDisk(3).bytes.subarray(0, -SECTOR))).root).not.toBe(root);
  });

  it('needs nothing but its root for blocks of zeros', () => {
    const { store: blocks, objects } = memoryBlocks();
    const { root } = store(blocks, new MemoryDisk(new Uint8Array(1100 * BLOCK)));
    expect([objects.count('block'), objects.count('leaf'), objects.count('root')]).toEqual([0, 0, 1]);
    expect(blocks.open(root).block(1099)).toEqual(new Uint8Array(BLOCK));
  });

  it(`reads as it was written, whatever is published over it in any order (seed ${seed})`, () => {
    // Two leaves, and an end in the middle of a block.
    const sectors = 1100 * 8 + 3;
    const places = fc.oneof(
      fc.nat({ max: 20 }),
      fc.integer({ min: 8180, max: 8200 }),
      fc.constant(sectors - 1),
    );
    const writes = fc.array(fc.tuple(places, fc.nat({ max: 3 })), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(writes, { maxLength: 4 }), (rounds) => {
        const { store: blocks } = memoryBlocks();
        const disk = new MemoryDisk(new Uint8Array(sectors * SECTOR));
        let { root } = finish(publishNew(blocks, sectors, []));
        for (const round of rounds) {
          for (const [n, byte] of round) disk.write(n, sector(byte));
          const touched = [...new Set(round.map(([n]) => Math.floor(n / 8)))].toSorted((a, b) => a - b);
          const all = new Map(blocksFrom(disk));
          const changes = touched.map((n) => [n, all.get(n) as Uint8Array] as const);
          ({ root } = finish(publish(blocks, blocks.root(root), changes)));
        }
        expect(sameBytes(contents(blocks.open(root)), disk.bytes)).toBe(true);
        expect(store(blocks, disk)).toMatchObject({ root, blocks: 0 });
      }),
      { seed, numRuns: 4 },
    );
  });

  it('is verified with every read, and as a whole by a walk', () => {
    const folder = newFolder();
    const blocks = folderBlocks(folder);
    const { root } = store(blocks, fullDisk(5));
    expect(finish(verifyDisk(blocks, root))).toEqual([]);
    const [victim = ''] = readdirSync(join(folder, 'blocks')).flatMap((part) =>
      readdirSync(join(folder, 'blocks', part)),
    );
    const path = join(folder, 'blocks', victim.slice(0, 2), victim);
    const bytes = readFileSync(path);
    bytes[0] = (bytes[0] as number) ^ 1;
    writeFileSync(path, bytes);
    expect(finish(verifyDisk(blocks, root))).toEqual([`block ${victim} is damaged`]);
    expect(() => contents(blocks.open(root))).toThrow(`block ${victim} is damaged`);
    rmSync(path);
    expect(finish(verifyDisk(blocks, root))).toEqual([`block ${victim} is missing`]);
    expect(finish(verifyDisk(blocks, 'f'.repeat(64)))).toEqual([`root ${'f'.repeat(64)} is missing`]);
  });
});

describe('A publication', () => {
  it('can be killed at any moment: whatever is in the store then can be read', () => {
    for (let steps = 0; ; steps++) {
      const { store: blocks, objects } = memoryBlocks();
      const work = publishNew(blocks, 16, blocksFrom(fullDisk(2)));
      let isDone = false;
      for (let n = 0; n <= steps && !isDone; n++) isDone = work.next().done === true;
      expect([...objects.list('root')].flatMap((root) => finish(verifyDisk(blocks, root)))).toEqual([]);
      if (isDone) {
        expect(objects.count('root')).toBe(1);
        return;
      }
    }
  });
});

describe('Ten guests of one appliance', () => {
  it('store its blocks once', () => {
    const folder = newFolder();
    const blocks = folderBlocks(join(folder, 'store'));
    const made = store(blocks, fullDisk(60));
    expect(made).toMatchObject({ blocks: 60, leaves: 1, roots: 1 });
    const layers = Array.from({ length: 10 }, (_, n) =>
      createLayer(folder, `guest-${n}`, 1, blocks, made.root),
    );
    // What a guest has of its own takes the room of what it has written: here a header, a bitmap and one block.
    for (const [n, layer] of layers.entries()) layer.write(8 * n, sector(n + 1));
    const written = layers.map((layer) => finish(publish(blocks, layer.below.root, layer.changes())));
    expect(written.map(({ blocks: count }) => count)).toEqual(Array.from({ length: 10 }, () => 1));
    const files = (kind: string) =>
      readdirSync(join(folder, 'store', kind)).flatMap((part) =>
        readdirSync(join(folder, 'store', kind, part)),
      );
    expect(files('blocks')).toHaveLength(70);
    expect(files('leaves')).toHaveLength(11);
    expect(statSync(layerPath(folder, 'guest-9', 1)).blocks * 512).toBeLessThan(8 * BLOCK);
    for (const layer of layers) layer.close();
  });

  it('are cloned in constant time: a layer is one block, whatever the size of the disk', () => {
    const folder = newFolder();
    const { store: blocks } = memoryBlocks();
    const sizes = [1, 1100].map((count) => {
      const { root } = store(blocks, fullDisk(count, 10_000));
      createLayer(folder, `of-${count}`, 1, blocks, root).close();
      return statSync(layerPath(folder, `of-${count}`, 1)).size;
    });
    expect(sizes).toEqual([BLOCK, BLOCK]);
  });
});

describe('A backup', () => {
  it('of a disk of which 1 % has changed copies 1 % of its blocks', () => {
    const [from, to] = [memoryBlocks(), memoryBlocks()];
    const disk = fullDisk(300);
    const before = store(from.store, disk);
    expect(finish(copyDisk(from.store, to.store, before.root))).toMatchObject({ blocks: 300, leaves: 1 });
    for (let n = 0; n < 3; n++) disk.write(8 * n + 1, sector(7));
    const after = store(from.store, disk);
    const known = to.store.root(before.root);
    expect(finish(copyDisk(from.store, to.store, after.root, known))).toEqual({
      root: after.root,
      blocks: 3,
      leaves: 1,
      roots: 1,
      reused: 0,
    });
    expect(sameBytes(contents(to.store.open(after.root)), disk.bytes)).toBe(true);
    expect(sameBytes(contents(to.store.open(before.root)), disk.bytes)).toBe(false);
  });

  it('of a damaged disk fails, and its root is not there', () => {
    const [from, to] = [memoryBlocks(), memoryBlocks()];
    const { root } = store(from.store, fullDisk(2));
    const [name = ''] = from.objects.list('block');
    from.objects.stored.delete(`block ${name}`);
    expect(() => finish(copyDisk(from.store, to.store, root))).toThrow(`block ${name} is missing`);
    expect(to.objects.count('root')).toBe(0);
  });
});

describe('The layer of a running guest', () => {
  it('is there as it was after its writer was killed at any moment, and publishes the disk that the guest saw', () => {
    const folder = newFolder();
    const blocks = folderBlocks(join(folder, 'store'));
    const disk = fullDisk(10);
    const { root } = store(blocks, disk);
    const layer = createLayer(folder, 'web', 3, blocks, root);
    for (const n of [0, 1, 17, 79, 0]) {
      layer.write(n, sector(n + 1));
      disk.write(n, sector(n + 1));
      // Whoever opens the file now finds all that was written, without the writer.
      const found = openLayer(folder, 'web', 3, blocks);
      expect(sameBytes(contents(found), disk.bytes)).toBe(true);
      found.close();
    }
    expect(layer.count).toBe(3);
    expect(finish(publish(blocks, layer.below.root, layer.changes())).root).toBe(store(blocks, disk).root);
    layer.close();
  });

  it('has a block whose bit was not written yet as it was before', () => {
    const folder = newFolder();
    const blocks = folderBlocks(join(folder, 'store'));
    const disk = fullDisk(2);
    const { root } = store(blocks, disk);
    const layer = createLayer(folder, 'web', 1, blocks, root);
    layer.write(8, sector(9));
    layer.close();
    const path = layerPath(folder, 'web', 1);
    const bytes = readFileSync(path);
    expect(bytes[BLOCK]).toBe(2);
    bytes[BLOCK] = 0;
    writeFileSync(path, bytes);
    const found = openLayer(folder, 'web', 1, blocks);
    expect(sameBytes(contents(found), disk.bytes)).toBe(true);
    found.close();
  });

  it('of an old epoch is refused, and so is what is none', () => {
    const folder = newFolder();
    const blocks = folderBlocks(join(folder, 'store'));
    const { root } = store(blocks, fullDisk(1));
    createLayer(folder, 'web', 3, blocks, root).close();
    writeFileSync(layerPath(folder, 'web', 4), readFileSync(layerPath(folder, 'web', 3)));
    expect(() => openLayer(folder, 'web', 4, blocks)).toThrow(
      'it is of epoch 3, and the machine is in epoch 4: another host has had it since',
    );
    truncateSync(layerPath(folder, 'web', 4), 0);
    expect(() => openLayer(folder, 'web', 4, blocks)).toThrow('it is not the layer of a disk');
    expect(() => openLayer(folder, 'web', 5, blocks)).toThrow('ENOENT');
  });
});

describe('A store in a folder', () => {
  it('is swept of what is old; a layer that lives needs what is below it', () => {
    const folder = newFolder();
    const blocks = folderBlocks(join(folder, 'store'));
    const needed = store(blocks, fullDisk(2));
    const other = store(blocks, fullDisk(2, 50));
    createLayer(folder, 'web', 1, blocks, needed.root).close();
    const began = Date.now() + 2 * sweepAge;
    const roots = () => rootsOfLayers(folder);
    expect(finish(sweep(blocks, { roots, began }))).toEqual({
      needed: 4,
      removed: { root: 1, leaf: 1, block: 2 },
      young: 0,
    });
    expect(finish(verifyDisk(blocks, needed.root))).toEqual([]);
    expect(blocks.objects.read('root', other.root)).toBeUndefined();
    expect(readdirSync(join(folder, 'store', 'aside'))).toEqual([]);
  });

  it('puts back what was touched after it was found too old, and removes the files of killed writers', () => {
    const folder = newFolder();
    const blocks = folderBlocks(folder);
    const { root } = store(blocks, fullDisk(1));
    const { objects } = blocks;
    const aside = objects.setAside('root', root);
    expect(objects.touch('root', root)).toBe(false);
    expect(objects.time('root', root)).toBeUndefined();
    // It can be read all the time.
    expect(blocks.root(root).sectors).toBe(8);
    expect([...objects.asides()]).toEqual([aside]);
    if (aside !== undefined) objects.putBack(aside);
    expect(objects.touch('root', root)).toBe(true);
    const temporary = join(folder, 'roots', root.slice(0, 2), `.${root}.abc.tmp`);
    writeFileSync(temporary, 'x');
    utimesSync(temporary, 1, 1);
    expect([...objects.list('root')]).toEqual([root]);
    expect(statSync(temporary, { throwIfNoEntry: false })).toBeUndefined();
  });
});
