/**
 * Units: what of a guest is copied in rounds. A unit is 4096 bytes: first the pages of its
 * memory, then, if its disk moves with it, the disk in blocks of eight sectors. The code for
 * rounds, dirtied units and repeated contents treats both alike.
 */
import { SECTOR } from '../../../isa/machine/devices/disk.ts';
import { DirtyLog } from '../../../isa/machine/dirty-log.ts';
import type { Memory } from '../../../isa/machine/memory.ts';
import { PAGE } from '../../../isa/machine/storage.ts';
import type { MovingDisk } from '../moving-guest.ts';

export const UNIT = PAGE;

/** Sectors of a unit. */
const perUnit = UNIT / SECTOR;

export class Units {
  /** How many there are; the first `pages` of them are memory. */
  readonly count: number;
  readonly pages: number;
  readonly #memory: Memory;
  readonly #disk: MovingDisk | undefined;

  /** `disk`: the disk that moves with the memory, if one does. */
  constructor(memory: Memory, disk?: MovingDisk) {
    this.#memory = memory;
    this.#disk = disk;
    this.pages = memory.size / PAGE;
    this.count = this.pages + Math.ceil((disk?.sectors ?? 0) / perUnit);
  }

  /** The contents of a unit: 4096 bytes, to be used before anything runs or is written. */
  read(unit: number): Uint8Array {
    if (unit < this.pages) return this.#memory.bytes.subarray(unit * PAGE, (unit + 1) * PAGE);
    const block = new Uint8Array(UNIT);
    for (const { sector, at } of this.#sectors(unit))
      this.#disk?.read(sector, block.subarray(at, at + SECTOR));
    return block;
  }

  /** Puts contents there, of one unit or of several that follow each other; whoever watches memory is told. */
  write(first: number, contents: Uint8Array): void {
    const inMemory = Math.min(contents.length, Math.max(0, this.pages - first) * UNIT);
    if (inMemory > 0) this.#fill(first, contents.subarray(0, inMemory));
    for (let at = inMemory; at < contents.length; at += UNIT)
      this.#writeBlock(first + at / UNIT, contents.subarray(at, at + UNIT));
  }

  /** All at once where nobody watches. */
  #fill(first: number, contents: Uint8Array): void {
    const { bytes, watched } = this.#memory;
    const last = first + contents.length / UNIT;
    let isWatched = false;
    for (let page = first; page < last && !isWatched; page++) isWatched = watched[page] !== 0;
    if (!isWatched) bytes.set(contents, first * UNIT);
    else
      for (let at = 0; at < contents.length; at += UNIT)
        this.#memory.fill(first * UNIT + at, contents.subarray(at, at + UNIT));
  }

  #writeBlock(unit: number, contents: Uint8Array): void {
    for (const { sector, at } of this.#sectors(unit))
      this.#disk?.write(sector, contents.subarray(at, at + SECTOR));
  }

  /** A log of the units that are written from here on. */
  log(): UnitLog {
    return new UnitLog(this.#memory, this.pages, this.#disk);
  }

  *#sectors(unit: number): Generator<{ sector: number; at: number }> {
    const first = (unit - this.pages) * perUnit;
    const last = Math.min(first + perUnit, this.#disk?.sectors ?? 0);
    for (let sector = first; sector < last; sector++) yield { sector, at: (sector - first) * SECTOR };
  }
}

/** Which units were written since it was asked last: the memory's dirty log and the disk's. */
export class UnitLog {
  readonly #log: DirtyLog;
  readonly #pages: number;
  readonly #disk: MovingDisk | undefined;
  readonly #blocks = new Set<number>();

  constructor(memory: Memory, pages: number, disk: MovingDisk | undefined) {
    this.#log = new DirtyLog(memory);
    this.#pages = pages;
    this.#disk = disk;
    if (disk) disk.onWrite = (sector) => this.#blocks.add(Math.floor(sector / perUnit));
  }

  has(unit: number): boolean {
    return unit < this.#pages ? this.#log.has(unit) : this.#blocks.has(unit - this.#pages);
  }

  /** How many are dirty. */
  count(): number {
    return this.#log.peek().length + this.#blocks.size;
  }

  /** Numbers of the dirty ones, ascending; from here on they are clean again. */
  take(): number[] {
    const blocks = [...this.#blocks].sort((a, b) => a - b).map((block) => this.#pages + block);
    this.#blocks.clear();
    return [...this.#log.take(), ...blocks];
  }

  close(): void {
    this.#log.close();
    if (this.#disk) this.#disk.onWrite = undefined;
  }
}
