/**
 * Locks that are files: whoever makes the file has the lock. It names its owner, and a lock whose owner runs no more is
 * taken over (process-identity.ts).
 */
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.ts';

/** What the file says. */
export interface LockOwner extends ProcessIdentity {
  /** Who it is, for people. */
  readonly owner: string;
}

/** Somebody else has the lock. */
export class Locked extends Error {
  override readonly name = 'Locked';
  readonly owner: LockOwner;

  constructor(path: string, owner: LockOwner) {
    super(`${path} belongs to ${owner.owner} (process ${owner.pid})`);
    this.owner = owner;
  }
}

/** Attempts, of which each can be spoilt by somebody else who takes over a lock. */
const mostAttempts = 10;

/** Makes the lock. Throws Locked, and the system's errors. */
export function lock(path: string, owner: string): void {
  const text = JSON.stringify({ ...ownIdentity(), owner } satisfies LockOwner);
  const own = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(own, text, { flag: 'wx' });
  try {
    for (let n = 0; n < mostAttempts; n++) {
      if (give(own, path)) return;
      const found = readOwner(path);
      if (found === undefined) {
        removeDamaged(path);
        continue;
      }
      if (isRunning(found)) throw new Locked(path, found);
      takeAway(path, `${own}.old`, JSON.stringify(found));
    }
    throw new Error(`${path}: others took the lock again and again`);
  } finally {
    rmSync(own, { force: true });
  }
}

/** Gives a file a second name, unless something has that. */
function give(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** A lock is written whole before it gets its name, so one that cannot be read is nobody's. */
function removeDamaged(path: string): void {
  if (existsSync(path) && readOwner(path) === undefined) rmSync(path, { force: true });
}

/** Removes the lock if it is that one still. */
function takeAway(path: string, aside: string, text: string): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  // Somebody was quicker, and this is a new lock: it is put back.
  if (JSON.stringify(readOwner(aside)) !== text) give(aside, path);
  rmSync(aside, { force: true });
}

/** Who has the lock, whether that process runs or not; undefined = nobody. */
export function readOwner(path: string): LockOwner | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LockOwner;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Removes a lock of ours. */
export function unlock(path: string): void {
  rmSync(path, { force: true });
}
