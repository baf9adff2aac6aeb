/**
 * What changes the tree of snapshots but none of what they stand for: clones, templates,
 * chains made shorter. Each file that is written anew keeps its id, so that its children
 * still know it.
 */
import { utf8 } from '../../isa/machine/bytes.ts';
import type { MachineState } from '../../isa/machine/state.ts';
import type { BlockContents } from './blocks.ts';
import { loadChain, withoutZeros } from './chain.ts';
import { type Configuration, ID_BYTES } from './description.ts';
import { SnapshotError } from './failure.ts';
import { loadBlocks, type Opened } from './read.ts';
import type { Store } from './store.ts';
import type { Content } from './encode.ts';

/** Makes `name` a clone of a snapshot: the same machine but for its identity, sharing every block until it writes. */
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
    state: withAddress(state, identity),
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

/** The state with a network address of its own, if it has one: made of its identity, marked as locally given (IEEE 802). */
function withAddress(state: MachineState, identity: Uint8Array): MachineState {
  const { network } = state.devices;
  if (network.address.every((byte) => byte === 0)) return state;
  const address = Uint8Array.of(2, ...identity.subarray(0, network.address.length - 1));
  return { ...state, devices: { ...state.devices, network: { ...network, address } } };
}

/** Says of a snapshot whether it is a template. Throws SnapshotError, also for a template that cannot be cloned. */
export function setTemplate(store: Store, opened: Opened, template: boolean): Opened {
  if (template) store.chain(opened.description.name);
  return store.put({ ...contentOf(store, opened), template }, { packing: opened.description.blocks.packing });
}

/** Makes a snapshot hold everything, so that it needs none of those it was taken from. */
export function consolidate(store: Store, name: string): Opened {
  const chain = store.chain(name);
  const [root] = chain;
  const content = { ...contentOf(store, store.open(name)), ...loadChain(store.files, chain) };
  return store.put({ ...content, parent: null, symbols: root.description.symbols }, packingOf(root));
}

/**
 * Takes a snapshot away; what was taken from it gets what it had. Returns the children. Throws
 * SnapshotError, and OrphanError while another snapshot's parent is missing: that one may be a
 * child too. One whose own parent is missing can be restored by nobody, and is always let go.
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

/** Why a snapshot's parent is not there; undefined = it is, or there is none. */
function orphaned(store: Store, opened: Opened): string | undefined {
  try {
    store.parentOf(opened);
    return undefined;
  } catch (error) {
    if (error instanceof SnapshotError) return error.reason;
    throw error;
  }
}

/** Another snapshot stands in the way, for its parent is missing. */
export class OrphanError extends SnapshotError {
  readonly orphan: string;

  constructor({ path, description }: Opened, reason: string) {
    super(path, reason);
    this.orphan = description.name;
  }
}

/** Writes `child` anew so that it needs its parent's parent instead of its parent. */
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

/** All of a snapshot's own, as it would be written again: by its id. */
function contentOf(store: Store, opened: Opened): Content {
  const { description, id } = opened;
  return { ...description, ...loadBlocks(store.files, opened), id };
}

function packingOf(opened: Opened) {
  return { packing: opened.description.blocks.packing };
}
