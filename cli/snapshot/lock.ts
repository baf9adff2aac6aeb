/**
 * One program at a time changes a folder of snapshots: a file `.lock` with the number of
 * the process that does. One that a killed process left behind is noticed and taken over.
 */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../vmm/snapshot/files.ts';
import type { Store } from '../../vmm/snapshot/store.ts';
import { badInput, systemReason } from '../failure.ts';
import { note } from '../output.ts';

/** How long another program may take, in milliseconds; how long to write its number; how often we look. */
const patience = 60_000;
const numberless = 1000;
const pause = 50;

/**
 * Does `act` while nobody else changes the folder; what killed programs have begun is cleared
 * away first. Throws a Failure when another program does not end.
 */
export function exclusively<T>(store: Store, act: () => T): T {
  const { folder } = store;
  const path = join(folder, '.lock');
  take(folder, path);
  try {
    store.sweep();
    return act();
  } finally {
    rmSync(path, { force: true });
  }
}

function take(folder: string, path: string): void {
  for (let waited = 0; !tryToTake(folder, path); waited += pause) {
    const holder = holderOf(path);
    // Killed before it could write its number, or after: nobody's any more.
    if (holder === undefined ? waited >= numberless : !isAlive(holder)) rmSync(path, { force: true });
    else if (waited >= patience)
      throw badInput(`${folder}: process ${holder} is changing it; when that has ended, try again`);
    else {
      if (waited === 0 && holder !== undefined)
        note(`ringlab: ${folder}: waiting for process ${holder}, which is changing it\n`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
    }
  }
}

function tryToTake(folder: string, path: string): boolean {
  try {
    makeFolder(folder);
    const file = openSync(path, 'wx');
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw badInput(`${path}: cannot write it: ${systemReason(error)}`);
  }
}

/** The process that holds it; undefined when nobody does any more. */
function holderOf(path: string): number | undefined {
  try {
    // Just made, and its number not written yet: nobody's, so that we look again.
    return Number(readFileSync(path, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(process_: number): boolean {
  try {
    process.kill(process_, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
