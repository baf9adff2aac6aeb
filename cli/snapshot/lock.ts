/**
 * Only one program at a time changes a folder of snapshots. The file `.lock` contains the number of
 * its process. A lock that a killed process has left behind is recognized and replaced.
 */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../vmm/snapshot/node-files.ts';
import type { Store } from '../../vmm/snapshot/store.ts';
import { badInput, systemReason } from '../failure.ts';
import { note } from '../output.ts';

/** In milliseconds: how long another program may take, how long to write its number, and the time between two checks. */
const patience = 60_000;
const numberless = 1000;
const pause = 50;

/**
 * Runs `act` while no other program changes the folder. Files that killed programs have left unfinished
 * are removed first. Throws a Failure when another program does not end.
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
    // Its process was killed, before it could write its number or later: the lock is free.
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

/** The number of the process that holds the lock; undefined when none does any more. */
function holderOf(path: string): number | undefined {
  try {
    // The lock was just made and has no number yet: look again.
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
