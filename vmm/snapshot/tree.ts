/**
 * Operations on the tree of snapshots that do not change any guest: clones, templates,
 * consolidation, deletion. A snapshot whose file is written again has the same id as before, so that its children
 * still find it.
 */
import { utf8 } from '../../isa/machine/bytes.ts';
import { aged } from '../../isa/machine/devices/context.ts';
import type { MachineState } from '../../isa/machine/state.ts';
import type { BlockContents } from './blocks.ts';
import { loadChain, withoutZeros } from './chain.ts';
import { type Configuration, ID_BYTES } from './description.ts';
import { SnapshotError } from './failure.ts';
import { loadBlocks, type Opened } from './read.ts';
import type { Store } from './store.ts';
import type { Content } from './encode.ts';

/**
 * Makes `name` a clone of a snapshot: the same machine with another identity. The clone shares all blocks until it
 * writes.
 */
export function cloneSnapshot(store: Store, of: Opened, name: string): Opened {
  const { configuration, program, state } = of.description;
  const identity = cloneIdentity(store, of, name);
  return store.add({
    id: null,
    name,
    parent: { id: of.id, name: of.description.name },
    template: false,
    configuration: { ...configuration, identity },
    program,
    symbols: [],
    state: asClone(state, identity),
    memory: new Map(),
    disk: new Map(),
  });
}

function cloneIdentity({ files }: Store, of: Opened, name: string): Configuration['identity'] {
  const hash = files.sha256();
  hash.update(of.id);
  hash.update(utf8(name));
  return new Uint8Array(hash.digest().subarray(0, ID_BYTES));
}

/**
 * The state with what a clone has of its own: a network address, if it has one, and an older context. The address is made
 * from the identity and is locally administered (IEEE 802).
 */
function asClone(state: MachineState, identity: Uint8Array): MachineState {
  const { network, context } = state.devices;
  const isOn = network.address.some((byte) => byte !== 0);
  const address = Uint8Array.of(2, ...identity.subarray(0, network.address.length - 1));
  const devices = {
    ...state.devices,
    ...(isOn ? { network: { ...network, address } } : {}),
    ...(context === undefined ? {} : { context: aged(context) }),
  };
  return { ...state, devices };
}

/** Makes a snapshot a template, or not one. Throws SnapshotError, also if the template could not be cloned. */
export function setTemplate(store: Store, opened: Opened, template: boolean): Opened {
  if (template) store.chain(opened.description.name);
  return store.put({ ...contentOf(store, opened), template }, { packing: opened.description.blocks.packing });
}

/** Rewrites a snapshot so that it contains everything and does not need its parents. Throws SnapshotError. */
export function consolidate(store: Store, name: string): Opened {
  const chain = store.chain(name);
  const [root] = chain;
  const content = { ...contentOf(store, store.open(name)), ...loadChain(store.files, chain) };
  return store.put({ ...content, parent: null, symbols: root.description.symbols }, packingOf(root));
}

/**
 * Deletes a snapshot. Its children get its blocks first; they are returned. Throws SnapshotError.
 * Throws OrphanError if the parent of another snapshot is missing, because that snapshot may be a
 * child too. A snapshot whose own parent is missing cannot be restored, so it can always be deleted.
 */
export function deleteSnapshot(store: Store, name: string): readonly Opened[] {
  const opened = store.open(name);
  if (orphaned(store, opened) === undefined) {
    for (const other of store.all()) {
      const reason = orphaned(store, other);
      if (reason !== undefined)
        throw new OrphanError(other, `${reason}. It may have been taken from ${name}`);
    }
  }
  const merged = store.children(opened).map((child) => mergeInto(store, child, opened));
  if (store.current === name && opened.description.parent !== null)
    store.setCurrent(opened.description.parent.name);
  store.remove(name);
  return merged;
}

/** Why a snapshot's parent cannot be used; undefined if it can, or if the snapshot has none. */
function orphaned(store: Store, opened: Opened): string | undefined {
  try {
    store.parentOf(opened);
    return undefined;
  } catch (error) {
    if (error instanceof SnapshotError) return error.reason;
    throw error;
  }
}

/** A snapshot cannot be deleted because the parent of another one, `orphan`, is missing. */
export class OrphanError extends SnapshotError {
  readonly orphan: string;

  constructor({ path, description }: Opened, reason: string) {
    super(path, reason);
    this.orphan = description.name;
  }
}

/** Rewrites `child` so that its parent's parent becomes its parent. */
function mergeInto(store: Store, child: Opened, parent: Opened): Opened {
  const [above, below] = [contentOf(store, child), contentOf(store, parent)];
  const join = (first: BlockContents, second: BlockContents) => {
    const blocks = new Map([...first, ...second]);
    return below.parent === null ? withoutZeros(blocks) : blocks;
  };
  return store.put(
    {
      ...above,
      parent: below.parent,
      symbols: below.symbols,
      memory: join(below.memory, above.memory),
      disk: join(below.disk, above.disk),
    },
    packingOf(child),
  );
}

/** A snapshot's own contents, to be written again under the same id. */
function contentOf(store: Store, opened: Opened): Content {
  const { description, id } = opened;
  return { ...description, ...loadBlocks(store.files, opened), id };
}

function packingOf(opened: Opened) {
  return { packing: opened.description.blocks.packing };
}
