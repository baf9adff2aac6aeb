/**
 * Guests that share a machine's memory: clones of one snapshot, or any of one tree, run in
 * turns. The machine has one of them at a time; of the others there is only what they have
 * changed, copied when they leave it (copy on write, by the page).
 *
 * So ten guests need one memory and their own changes; what they began with is in their file.
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

/** One of them. */
export interface Clone {
  readonly name: string;
  /** Pages that are its own, by number: as they were when it last left the machine. */
  readonly pages: Map<number, Uint8Array>;
  readonly disk: ThinDisk;
  /** As it was when it last left the machine. */
  state: MachineState;
}

/** The disk that the machine sees: that of the clone which is in it. */
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

  /** `machine`, whose state is `state` and whose disk is `disk`, has in memory what `shared` put there. */
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

  /** The one that is in the machine. */
  get present(): Clone | undefined {
    return this.#present;
  }

  /** Puts `clone` into the machine, in the place of the one that is there. */
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

  /** Takes out the one that is in the machine, so that `pages` and `state` of all are what they are. */
  release(): void {
    if (this.#present !== undefined) this.#keep(this.#present);
  }

  /** Copies what the clone has changed since it came in. */
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
 * Loads snapshots of one tree to be run together: the chain that they share, and of each
 * what is its own. Throws SnapshotError; RangeError when they have no first snapshot in common.
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

/** What a chain has beyond its first `common` snapshots; `disk` is that of these. */
function loadClone(files: Files, chain: Chain, common: number, disk: BlockContents): Clone {
  const own = chain.slice(common).map((opened) => loadBlocks(files, opened));
  const { name, state, configuration } = last(chain).description;
  const blocks = new Map([...disk, ...own.flatMap((layer) => [...layer.disk])]);
  const pages = own.flatMap(({ memory }) =>
    [...memory].map(([page, block]) => [page, block.slice()] as const),
  );
  return { name, pages: new Map(pages), disk: ThinDisk.overBlocks(configuration.sectors, blocks), state };
}

/** The snapshots with which all chains begin. */
function commonPart(chains: readonly Chain[]): readonly Opened[] {
  const [first, ...others] = chains;
  return (first ?? []).filter((opened, n) => others.every((chain) => chain[n]?.path === opened.path));
}
