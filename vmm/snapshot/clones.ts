/**
 * Guests that share a machine's memory: clones of one snapshot, or any snapshots of one tree, run in
 * turns. The machine contains one of them at a time. For each of the others, only the pages that it has
 * changed are stored. They are copied when the guest leaves the machine (copy on write, by page).
 *
 * So ten guests need one memory and the pages that each has changed. The pages that they began with are in the files.
 */
import type { Component } from '../../isa/machine/component.ts';
import type { DiskStore } from '../../isa/machine/devices/disk.ts';
import { DirtyLog } from '../../isa/machine/dirty-log.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import type { MachineState } from '../../isa/machine/state.ts';
import { BLOCK, type BlockContents } from './blocks.ts';
import { type Chain, last, loadDisk } from './chain.ts';
import type { Files } from './files.ts';
import { putPage } from './guest.ts';
import { loadBlocks, type Opened } from './read.ts';
import type { SharedMemory } from './shared-memory.ts';
import { ThinDisk } from './thin-disk.ts';

/** One of the guests. */
export interface Clone {
  readonly name: string;
  /** The pages that it has changed, by number, as they were when it last left the machine. */
  readonly pages: Map<number, Uint8Array>;
  readonly disk: ThinDisk;
  /** Its state when it last left the machine. */
  state: MachineState;
}

/** The disk that the machine sees: the disk of the clone that is in the machine. */
export class CurrentDisk implements DiskStore {
  readonly sectors: number;
  disk: ThinDisk | undefined;

  constructor(sectors: number) {
    this.sectors = sectors;
  }

  read(n: number, into: Uint8Array): void {
    this.disk?.read(n, into);
  }

  write(n: number, from: Uint8Array): void {
    this.disk?.write(n, from);
  }
}

export class CloneGroup {
  readonly #machine: Machine;
  readonly #state: Component<MachineState>;
  readonly #disk: CurrentDisk | undefined;
  readonly #shared: SharedMemory;
  readonly #log: DirtyLog;
  #present: Clone | undefined;

  /** `state` and `disk` are those of `machine`. Its memory must contain what `shared` wrote there. */
  constructor(
    machine: Machine,
    state: Component<MachineState>,
    disk: CurrentDisk | undefined,
    shared: SharedMemory,
  ) {
    this.#machine = machine;
    this.#state = state;
    this.#disk = disk;
    this.#shared = shared;
    this.#log = new DirtyLog(machine.memory);
  }

  /** The clone that is in the machine. */
  get present(): Clone | undefined {
    return this.#present;
  }

  /** Puts `clone` into the machine, after taking out the clone that is there. */
  switchTo(clone: Clone): void {
    const before = this.#present;
    if (before === clone) return;
    if (before !== undefined) this.#keep(before);
    const { memory } = this.#machine;
    for (const page of before?.pages.keys() ?? []) {
      if (!clone.pages.has(page)) putPage(memory, page, this.#shared.page(page));
    }
    for (const [page, bytes] of clone.pages) putPage(memory, page, bytes);
    this.#log.take();
    if (this.#disk !== undefined) this.#disk.disk = clone.disk;
    this.#state.restore(clone.state);
    this.#present = clone;
  }

  /** Takes the current clone out of the machine, so that `pages` and `state` of all clones are up to date. */
  release(): void {
    if (this.#present !== undefined) this.#keep(this.#present);
  }

  /** Copies what the clone has changed since it was put into the machine. */
  #keep(clone: Clone): void {
    for (const page of this.#log.take()) {
      let own = clone.pages.get(page);
      if (own === undefined) {
        own = new Uint8Array(BLOCK);
        clone.pages.set(page, own);
      }
      own.set(this.#machine.memory.bytes.subarray(page * BLOCK, (page + 1) * BLOCK));
    }
    clone.state = this.#state.save();
  }
}

/**
 * Loads snapshots of one tree that are to run together: the chain that they share, and what
 * each has beyond it. Throws SnapshotError; throws RangeError if they have no first snapshot in common.
 */
export function loadClones(
  files: Files,
  chains: readonly Chain[],
): { readonly shared: Chain; readonly clones: readonly Clone[] } {
  const [first, ...rest] = commonPart(chains);
  if (first === undefined) throw new RangeError('they are not of one tree');
  const shared: Chain = [first, ...rest];
  const disk = loadDisk(files, shared);
  return { shared, clones: chains.map((chain) => loadClone(files, chain, shared.length, disk)) };
}

/** Loads what a chain has beyond its first `common` snapshots. `disk` is the disk of these. */
function loadClone(files: Files, chain: Chain, common: number, disk: BlockContents): Clone {
  const own = chain.slice(common).map((opened) => loadBlocks(files, opened));
  const { name, state, configuration } = last(chain).description;
  const blocks = new Map([...disk, ...own.flatMap((layer) => [...layer.disk])]);
  const pages = own.flatMap(({ memory }) =>
    [...memory].map(([page, block]) => [page, block.slice()] as const),
  );
  return { name, pages: new Map(pages), disk: ThinDisk.overBlocks(configuration.sectors, blocks), state };
}

/** The snapshots that all chains begin with. */
function commonPart(chains: readonly Chain[]): readonly Opened[] {
  const [first, ...others] = chains;
  return (first ?? []).filter((opened, n) => others.every((chain) => chain[n]?.path === opened.path));
}
