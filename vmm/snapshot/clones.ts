/**
 * Guests that share a machine's memory: clones of one snapshot, or any of one tree, run in
 * turns. The machine has one of them at a time; of the others there is only what they have
 * changed, copied when they leave it (copy on write, by the page).
 *
 * So ten guests need one memory, what they began with once, and their own changes.
 */
import type { Component } from '../../isa/machine/component.ts';
import type { DiskStore } from '../../isa/machine/devices/disk.ts';
import { DirtyLog } from '../../isa/machine/dirty-log.ts';
import type { Machine, MachineState } from '../../isa/machine/machine.ts';
import { BLOCK, type Blocks, ZERO } from './blocks.ts';
import { type Chain, last, loadChain } from './chain.ts';
import type { Files } from './files.ts';
import { putPage } from './guest.ts';
import { loadBlocks, type Opened } from './read.ts';
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

/** What all of them began with. */
export interface Shared {
  readonly memory: Blocks;
  readonly disk: Blocks;
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
  readonly #shared: Shared;
  readonly #log: DirtyLog;
  #present: Clone | undefined;

  /** `machine`, whose state is `state` and whose disk is `disk`, has nothing in it yet. */
  constructor(
    machine: Machine,
    state: Component<MachineState>,
    disk: CurrentDisk | undefined,
    shared: Shared,
  ) {
    this.#machine = machine;
    this.#state = state;
    this.#disk = disk;
    this.#shared = shared;
    for (const [page, block] of shared.memory) putPage(machine.memory, page, block);
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
      if (!clone.pages.has(page)) putPage(memory, page, this.#shared.memory.get(page) ?? ZERO);
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
 * Loads snapshots of one tree to be run together: what they share, once, and of each what
 * is its own. Throws SnapshotError; RangeError when they have no first snapshot in common.
 */
export function loadClones(
  files: Files,
  chains: readonly Chain[],
): { readonly shared: Shared; readonly clones: readonly Clone[] } {
  const common = commonPart(chains);
  const [first, ...rest] = common;
  if (first === undefined) throw new RangeError('they are not of one tree');
  const shared = loadChain(files, [first, ...rest]);
  const clones = chains.map((chain): Clone => {
    const own = chain.slice(common.length).map((opened) => loadBlocks(files, opened));
    const { name, state, configuration } = last(chain).description;
    const disk = new Map([...shared.disk, ...own.flatMap((layer) => [...layer.disk])]);
    return {
      name,
      pages: new Map(
        own.flatMap(({ memory }) => [...memory].map(([page, block]) => [page, block.slice()] as const)),
      ),
      disk: ThinDisk.overBlocks(configuration.sectors, disk),
      state,
    };
  });
  return { shared, clones };
}

/** The snapshots with which all chains begin. */
function commonPart(chains: readonly Chain[]): readonly Opened[] {
  const [first, ...others] = chains;
  return (first ?? []).filter((opened, n) => others.every((chain) => chain[n]?.path === opened.path));
}
