/**
 * A guest's snapshot as bytes, for platforms without files. The bytes are those of the file of a first snapshot that is not
 * packed (format.ts), so `ringlab snapshot` can read them from a file NAME.snap.
 */
import type { Component } from '../../isa/machine/component.ts';
import { type DiskStore, SECTOR } from '../../isa/machine/devices/disk.ts';
import { joined, wordSum } from '../../isa/machine/bytes.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import type { MachineState } from '../../isa/machine/state.ts';
import { isSameVariant, type Variant } from '../../isa/table/variants.ts';
import { portableSha256 } from '../wire/sha256.ts';
import { BLOCK, type BlockContents, ZERO } from './blocks.ts';
import { restoreMemory } from './chain.ts';
import { encodeSnapshot } from './encode.ts';
import { SnapshotError } from './failure.ts';
import type { Files, Sums } from './files.ts';
import { captureAll, variantOf } from './guest.ts';
import { loadBlocks, type Opened, openSnapshot } from './read.ts';
import { ThinDisk } from './thin-disk.ts';

/** A guest that a snapshot can be taken of. `createGuest` returns one. */
export interface SnapshotSubject extends Component<MachineState> {
  /** The guest's own machine, with its memory and its disk. */
  readonly machine: Machine;
}

/** The machine of a snapshot. The snapshot can be restored to a guest that is made like this. */
export interface SnapshotInfo {
  /** The name of the snapshot. */
  readonly name: string;
  /** The variant of the guest's processor. */
  readonly variant: Variant;
  /** Bytes of memory. */
  readonly memory: number;
  /** Sectors of the disk, 512 bytes each; 0 = no disk. */
  readonly sectors: number;
  /** Steps that the guest had made at that time. */
  readonly steps: number;
}

const notPacked = (): never => {
  throw new Error('snapshots as bytes are not packed');
};

/** Check sums for platforms that have no own implementation. */
const portableSums: Sums = { sha256: portableSha256, sum: wordSum, deflate: notPacked, inflate: notPacked };

/**
 * Takes a snapshot of a guest between two runs: state, memory and disk, as a new array. `name` may have letters, digits,
 * dots, hyphens and underscores, at most 64. Throws FieldError for another name.
 */
export function takeSnapshot(guest: SnapshotSubject, name = 'snapshot'): Uint8Array {
  const { store } = guest.machine.disk;
  const subject = { machine: guest.machine, state: guest, disk: store && ThinDisk.over(store) };
  const content = captureAll(subject, { name, program: name, symbols: [] }, portableSha256);
  return joined(encodeSnapshot(content, portableSums).parts);
}

/** The machine of the snapshot in `bytes`. Throws SnapshotError if the snapshot is not complete or is damaged. */
export function readSnapshot(bytes: Uint8Array): SnapshotInfo {
  const { name, configuration, state } = open(bytes).opened.description;
  const { memory, sectors } = configuration;
  return { name, variant: variantOf(configuration), memory, sectors, steps: state.steps };
}

/**
 * Restores a guest to the moment of the snapshot. The guest must have the same processor, memory size and disk size. It may
 * run under another monitor or engine. Throws SnapshotError if the snapshot is damaged or of another machine; the guest is
 * then unchanged.
 */
export function restoreSnapshot(guest: SnapshotSubject, bytes: Uint8Array): void {
  const { files, opened } = open(bytes);
  const { configuration, state } = opened.description;
  checkMachine(guest.machine, variantOf(configuration), configuration);
  // All blocks are verified before the first one is written.
  const { disk } = loadBlocks(files, opened);
  restoreMemory(files, [opened], guest.machine.memory);
  const { store } = guest.machine.disk;
  if (store !== undefined) putDisk(store, disk);
  guest.restore(state);
}

/** Opens the bytes as the only file, which can only be read. */
function open(bytes: Uint8Array): { readonly files: Files; readonly opened: Opened } {
  const refuse = (): never => {
    throw new Error('these bytes can only be read');
  };
  const files: Files = {
    ...portableSums,
    openToRead: () => 0,
    size: () => bytes.length,
    read: (_, into, at) => {
      const part = bytes.subarray(at, at + into.length);
      into.set(part);
      return part.length;
    },
    close: () => {},
    create: refuse,
    write: refuse,
    sync: refuse,
    rename: refuse,
    remove: refuse,
    syncFolder: refuse,
    makeFolder: refuse,
    list: () => [],
  };
  const opened = openSnapshot(files, 'the snapshot');
  if (opened.description.blocks.packing !== 'plain')
    throw new SnapshotError('the snapshot', 'it is packed, and only files can be unpacked');
  if (opened.description.parent !== null)
    throw new SnapshotError('the snapshot', 'it contains only the differences to another snapshot');
  return { files, opened };
}

function checkMachine(
  machine: Machine,
  variant: Variant,
  { memory, sectors }: { memory: number; sectors: number },
): void {
  const refuse = (reason: string) => new SnapshotError('the snapshot', `it is of another machine: ${reason}`);
  if (!isSameVariant(machine.variant, variant)) throw refuse(`its processor is ${variant.name}`);
  if (machine.memory.size !== memory) throw refuse(`it has ${memory} bytes of memory`);
  if (machine.disk.sectors !== sectors) throw refuse(`it has ${sectors} sectors of disk`);
}

function putDisk(store: DiskStore, blocks: BlockContents): void {
  const perBlock = BLOCK / SECTOR;
  for (let n = 0; n < store.sectors; n++) {
    const block = blocks.get(Math.floor(n / perBlock)) ?? ZERO;
    const at = (n % perBlock) * SECTOR;
    store.write(n, block.subarray(at, at + SECTOR));
  }
}
