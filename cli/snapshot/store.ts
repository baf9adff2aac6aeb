/** The folder of snapshots that a command uses, and checks of the names given. */
import { statSync } from 'node:fs';
import { namePattern, nameRule } from '../../vmm/snapshot/description.ts';
import { makeFolder } from '../../vmm/snapshot/node-files.ts';
import type { Opened } from '../../vmm/snapshot/read.ts';
import { Store } from '../../vmm/snapshot/store.ts';
import { badInput, systemReason, usage } from '../failure.ts';
import { mustBeWritable } from '../files.ts';

/** Where snapshots are when `--store` names no folder. */
export const defaultFolder = 'ringlab.snapshots';

export interface StoreOptions {
  readonly store: string;
}

export interface ReportOptions extends StoreOptions {
  readonly json?: boolean;
}

export function openStore({ store }: StoreOptions): Store {
  if (statSync(store, { throwIfNoEntry: false })?.isDirectory() === false)
    throw badInput(`${store}: it is a file, and snapshots are stored in a folder; --store names one`);
  return new Store(store);
}

/** The name given, or the current one. Throws a Failure when there is neither. */
export function nameOrCurrent(store: Store, name: string | undefined): string {
  const found = name ?? store.current;
  if (found !== undefined) return found;
  throw usage(
    `nothing to continue from: ${store.folder} has no current snapshot. Begin with a program:\n` +
      '  ringlab snapshot take NAME FILE --at STEP',
  );
}

/** Throws a usage Failure for a name that a new snapshot cannot have. */
export function mustBeNew(store: Store, name: string): void {
  if (!namePattern.test(name)) throw usage(`"${name}": ${nameRule}`);
  if (store.has(name)) throw usage(`there is a snapshot ${name} already; delete it, or choose another name`);
}

/** Makes the folder. Throws a Failure when no snapshot can be written there: better before the guest has run than after. */
export function mustHold(store: Store, name: string): void {
  try {
    makeFolder(store.folder);
  } catch (error) {
    throw badInput(`${store.folder}: cannot make that folder: ${systemReason(error)}`);
  }
  mustBeWritable(store.pathOf(name));
}

/** Throws a usage Failure for a template, which cannot run. */
export function mustRun({ description: { name, template } }: Opened, folder: string): void {
  if (!template) return;
  const where = folder === defaultFolder ? '' : ` --store ${folder}`;
  throw usage(
    `${name} is a template: it does not run. Make a clone of it first:\n` +
      `  ringlab snapshot clone ${name} NAME${where}`,
  );
}
