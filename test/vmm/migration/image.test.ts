/** What is copied, and how: units sent, received and kept, without hosts. */
import { describe, expect, it } from 'vitest';
import { WATCH } from '../../../isa/machine/memory.ts';
import { PAGE } from '../../../isa/machine/storage.ts';
import { Manifest } from '../../../vmm/migration/image/manifest.ts';
import { UNIT, Units } from '../../../vmm/migration/image/units.ts';
import { Keep } from '../../../vmm/hosting/keep/keep.ts';
import { MemoryShelf } from '../../../vmm/hosting/keep/shelf.ts';
import { UnitWriter } from '../../../vmm/migration/image/unit-writer.ts';
import { Random } from '../../property/random.ts';
import { seed } from '../../property/seed.ts';
import { all, copied, diskOf, joined, memoryOf, writerOf } from './copying.ts';

describe('Units that are sent', () => {
  it(`are at the target, and kept, as they are at the source (seed ${seed})`, () => {
    for (let n = 0; n < 20; n++) expect(copied(seed + n)).toBeUndefined();
  });

  it(`go with their contents once, however often these occur, and zeros never do (seed ${seed})`, () => {
    const random = new Random(seed);
    for (let n = 0; n < 20; n++) {
      const [memory, other] = [memoryOf(200), memoryOf(200)];
      const units = new Units(memory);
      const { sender } = joined(units, new Units(other), other);
      const write = writerOf(units, random);
      for (const unit of all(units)) write(unit);
      for (const unit of all(units)) sender.add(unit);
      sender.flush();
      const contents = new Set(all(units).map((unit) => Buffer.from(units.read(unit)).toString('latin1')));
      contents.delete('\0'.repeat(UNIT));
      const { sent, zero, repeated } = sender.tally;
      expect([sent, sent - zero - repeated]).toEqual([units.count, contents.size]);
    }
  });
});

describe('Units that are put in place', () => {
  it('are told to who watches them, and not to others; a run may end on the disk', () => {
    const memory = memoryOf(8);
    const disk = diskOf(20);
    const told: number[] = [];
    memory.onWrite((at, length) => told.push(at, length));
    memory.watch(5, WATCH.COMPILED);
    const units = new Units(memory, disk);
    units.write(0, new Uint8Array(3 * UNIT).fill(1));
    expect(told).toEqual([]);
    units.write(4, new Uint8Array(6 * UNIT).fill(2));
    expect(told).toEqual([4, 5, 6, 7].flatMap((page) => [page * PAGE, PAGE]));
    expect([...memory.bytes].filter((byte) => byte === 1).length).toBe(3 * UNIT);
    expect([3, 4, 8, 9].map((unit) => units.read(unit)[0])).toEqual([0, 2, 2, 2]);
  });
});

describe('A ledger', () => {
  const told = (...acts: ((ledger: Manifest) => void)[]) => {
    const ledger = new Manifest(4);
    for (const act of acts) act(ledger);
    return ledger.digest();
  };
  const contents = (unit: number) => (ledger: Manifest) => ledger.contents(unit);
  const same = (unit: number, as: number) => (ledger: Manifest) => ledger.same(unit, as);
  const zero = (unit: number) => (ledger: Manifest) => ledger.zero(unit);

  it('tells a unit that was left out, put elsewhere, or taken for an older one', () => {
    const right = told(contents(0), contents(1), same(2, 0), contents(0));
    for (const wrong of [
      told(contents(0), contents(1), same(2, 0)),
      told(contents(1), contents(0), same(2, 0), contents(0)),
      told(contents(0), contents(1), contents(0), same(2, 0)),
      told(contents(0), contents(1), same(2, 1), contents(0)),
      told(contents(0), contents(1), zero(2), contents(0)),
    ])
      expect(wrong).not.toBe(right);
    expect(told(contents(0), contents(1), same(2, 0), zero(3), contents(0))).toBe(right);
  });
});

/** A shelf whose later writes are made when the test says. */
class SlowShelf extends MemoryShelf {
  readonly pending: (() => void)[] = [];
  error: Error | undefined;

  override writeLater(name: string, at: number, bytes: Uint8Array, done: (error?: Error) => void): void {
    this.pending.push(() => {
      if (this.error === undefined) this.writeAt(name, at, bytes);
      done(this.error);
    });
  }

  /** Makes the oldest write that is under way. */
  write(): void {
    this.pending.shift()?.();
  }
}

describe('Units that are kept while others come', () => {
  const setting = () => {
    const shelf = new SlowShelf();
    const keep = new Keep(shelf, 'keep');
    const memory = new Uint8Array(16 * UNIT);
    return { shelf, keep, memory, writer: new UnitWriter(keep, memory) };
  };

  it('are kept as they came last, one write at a time, neighbours in one', () => {
    const { shelf, keep, memory, writer } = setting();
    let isKept = false;
    memory.fill(1);
    writer.add(3, 1);
    for (let unit = 0; unit < 8; unit++) writer.add(unit, 1);
    writer.whenKept(() => {
      isKept = true;
    });
    expect(shelf.pending.length).toBe(1);
    shelf.write();
    memory.fill(2, 3 * UNIT, 4 * UNIT);
    writer.add(3, 1);
    for (const after of [
      [1, false],
      [0, true],
    ]) {
      shelf.write();
      expect([shelf.pending.length, isKept]).toEqual(after);
    }
    expect(Array.from({ length: 9 }, (_, unit) => keep.readUnit(unit)[0])).toEqual([
      1, 1, 1, 2, 1, 1, 1, 1, 0,
    ]);
  });

  it('are not called kept when one could not be, and no more come', () => {
    const { shelf, writer } = setting();
    const full = new Error('no space left');
    const told: (Error | undefined)[] = [];
    writer.add(0, 1);
    writer.add(5, 1);
    writer.whenKept((error) => told.push(error));
    shelf.error = full;
    shelf.write();
    expect([told, shelf.pending.length]).toEqual([[full], 0]);
    expect(() => writer.add(7, 1)).toThrow(full);
  });

  it('are forgotten when nobody wants them any more', () => {
    const { shelf, writer } = setting();
    let isTold = false;
    writer.add(0, 1);
    writer.add(5, 1);
    writer.whenKept(() => {
      isTold = true;
    });
    writer.abandon();
    shelf.write();
    expect([isTold, shelf.pending.length]).toEqual([false, 0]);
  });
});
