/** `ringlab snapshot revert`, `clone`, `template`, `consolidate` and `delete`: changes of the tree of snapshots. */
import { last } from '../../vmm/snapshot/chain.ts';
import { SnapshotError } from '../../vmm/snapshot/failure.ts';
import type { Store } from '../../vmm/snapshot/store.ts';
import {
  cloneSnapshot,
  consolidate as consolidateSnapshot,
  deleteSnapshot,
  OrphanError,
  setTemplate,
} from '../../vmm/snapshot/tree.ts';
import { badInput, EXIT, usage } from '../failure.ts';
import { note } from '../output.ts';
import { formatBytes, toHex } from './format.ts';
import { exclusively } from './lock.ts';
import { mustBeNew, mustRun, openStore, type StoreOptions } from './store.ts';

/** Makes a snapshot the one from which `take` goes on. */
export async function revert(name: string, options: StoreOptions): Promise<number> {
  const store = openStore(options);
  const opened = last(store.chain(name));
  mustRun(opened, store.folder);
  exclusively(store, () => store.setCurrent(name));
  note(`ringlab: at ${name} again, step ${opened.description.state.steps}\n`);
  return EXIT.DONE;
}

export async function clone(of: string, names: readonly string[], options: StoreOptions): Promise<number> {
  const store = openStore(options);
  for (const [n, name] of names.entries()) {
    mustBeNew(store, name);
    if (names.indexOf(name) !== n) throw usage(`${name} is named twice; each clone has a name of its own`);
  }
  for (const name of names) {
    const made = exclusively(store, () => cloneSnapshot(store, store.open(of), name));
    const { identity } = made.description.configuration;
    note(`ringlab: ${name}: a clone of ${of}, identity ${toHex(identity)}, ${formatBytes(made.size)}\n`);
  }
  return EXIT.DONE;
}

export async function template(
  name: string,
  options: StoreOptions & { readonly off?: boolean },
): Promise<number> {
  const store = openStore(options);
  exclusively(store, () => setTemplate(store, store.open(name), !options.off));
  note(
    `ringlab: ${name}: ${options.off ? 'not a template any more' : 'a template now: it does not run, but its clones do'}\n`,
  );
  return EXIT.DONE;
}

export async function consolidate(name: string, options: StoreOptions): Promise<number> {
  const store = openStore(options);
  const made = exclusively(store, () => consolidateSnapshot(store, name));
  note(`ringlab: ${name}: contains everything itself now, ${formatBytes(made.size)}\n`);
  return EXIT.DONE;
}

export async function remove(names: readonly string[], options: StoreOptions): Promise<number> {
  const store = openStore(options);
  for (const name of names) {
    const merged = exclusively(store, () => deleteOne(store, name));
    const into = merged.length === 0 ? '' : `; its contents are in ${merged.join(', ')} now`;
    note(`ringlab: ${name}: deleted${into}\n`);
  }
  return EXIT.DONE;
}

/** Deletes a snapshot; returns the names of the snapshots that now contain its contents. */
function deleteOne(store: Store, name: string): readonly string[] {
  try {
    return deleteSnapshot(store, name).map(({ description }) => description.name);
  } catch (error) {
    if (!(error instanceof SnapshotError) || !store.has(name) || error.reason.startsWith('cannot'))
      throw error;
    if (error instanceof OrphanError)
      throw badInput(
        `${error.message}. Nothing was deleted; put the missing file back, or delete ${error.orphan} first`,
      );
    const path = error.message.slice(0, -error.reason.length - 2);
    throw badInput(`${error.message}. Nothing was deleted; to give up a damaged file: rm ${path}`);
  }
}
