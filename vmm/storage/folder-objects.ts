/**
 * Objects in a folder, a file for each:
 *
 *     blocks/ab/abcd…     an object, in a folder named for its first two digits; also leaves/ and roots/
 *     aside/KIND-NAME-ID  what a sweep is about to remove
 *
 * A file is written under a temporary name, synchronized and renamed. Several processes may use the folder at once.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isTemporary } from '../snapshot/files.ts';
import { makeFolder, nodeFiles } from '../snapshot/node-files.ts';
import { BlockStore } from './block-store.ts';
import type { Aside, ObjectKind, ObjectName, Objects } from './objects.ts';

const folders: Readonly<Record<ObjectKind, string>> = { block: 'blocks', leaf: 'leaves', root: 'roots' };
const namePattern = /^[\da-f]{64}$/;

/** The store of disks in a folder, which is made if it is not there. */
export function folderBlocks(folder: string): BlockStore {
  return new BlockStore(new FolderObjects(folder), () => createHash('sha256'));
}

class FolderObjects implements Objects {
  readonly #folder: string;
  /** Folders in which names have changed since `sync`. */
  readonly #changed = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  read(kind: ObjectKind, name: ObjectName): Uint8Array | undefined {
    const path = this.#path(kind, name);
    const found = readIfThere(path);
    if (found !== undefined) return found;
    for (const aside of this.asides())
      if (aside.kind === kind && aside.name === name) {
        const bytes = readIfThere(this.#asidePath(aside));
        if (bytes !== undefined) return bytes;
      }
    // It may have been put back in the meantime.
    return readIfThere(path);
  }

  write(kind: ObjectKind, name: ObjectName, bytes: Uint8Array): void {
    const path = this.#path(kind, name);
    this.#makeFolder(dirname(path));
    const temporary = join(dirname(path), `.${name}.${randomBytes(6).toString('hex')}.tmp`);
    try {
      writeNew(temporary, bytes);
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    this.#changed.add(dirname(path));
  }

  touch(kind: ObjectKind, name: ObjectName): boolean {
    const path = this.#path(kind, name);
    const now = Date.now() / 1000;
    const isTouched = ifThere(() => utimesSync(path, now, now)) !== undefined;
    // It may have been set aside while the system looked for it, and its time looked at before this changed it.
    return isTouched && this.time(kind, name) !== undefined;
  }

  time(kind: ObjectKind, name: ObjectName): number | undefined {
    return statSync(this.#path(kind, name), { throwIfNoEntry: false })?.mtimeMs;
  }

  sync(): void {
    for (const folder of this.#changed) nodeFiles.syncFolder(folder);
    this.#changed.clear();
  }

  *list(kind: ObjectKind): Generator<ObjectName> {
    for (const part of namesIn(join(this.#folder, folders[kind])))
      for (const name of namesIn(join(this.#folder, folders[kind], part))) {
        if (namePattern.test(name)) yield name;
        else if (isTemporary(name)) this.#removeLeftover(join(this.#folder, folders[kind], part, name));
      }
  }

  setAside(kind: ObjectKind, name: ObjectName): Aside | undefined {
    const aside = { kind, name, id: randomBytes(6).toString('hex') };
    this.#makeFolder(join(this.#folder, 'aside'));
    return ifThere(() => renameSync(this.#path(kind, name), this.#asidePath(aside))) && aside;
  }

  *asides(): Generator<Aside> {
    for (const file of namesIn(join(this.#folder, 'aside'))) {
      const [kind = '', name = '', id] = file.split('-');
      if (kind in folders && namePattern.test(name) && id !== undefined)
        yield { kind: kind as ObjectKind, name, id };
    }
  }

  asideTime(aside: Aside): number | undefined {
    return statSync(this.#asidePath(aside), { throwIfNoEntry: false })?.mtimeMs;
  }

  putBack(aside: Aside): void {
    const path = this.#path(aside.kind, aside.name);
    try {
      ifThere(() => linkSync(this.#asidePath(aside), path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    this.#changed.add(dirname(path));
    this.discard(aside);
  }

  discard(aside: Aside): void {
    rmSync(this.#asidePath(aside), { force: true });
  }

  #path(kind: ObjectKind, name: ObjectName): string {
    return join(this.#folder, folders[kind], name.slice(0, 2), name);
  }

  #asidePath({ kind, name, id }: Aside): string {
    return join(this.#folder, 'aside', `${kind}-${name}-${id}`);
  }

  #makeFolder(path: string): void {
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
    makeFolder(path, 0o700);
    for (let at = path; at !== this.#folder && basename(at) !== ''; at = dirname(at))
      this.#changed.add(dirname(at));
  }

  /** Whoever was writing it was killed, if it is that old. */
  #removeLeftover(path: string): void {
    const time = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - time > leftoverAge) rmSync(path, { force: true });
  }
}

/** Milliseconds that nobody needs to write a block. */
const leftoverAge = 3_600_000;

function writeNew(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function readIfThere(path: string): Uint8Array | undefined {
  return ifThere(() => readFileSync(path))?.value;
}

function namesIn(path: string): readonly string[] {
  return ifThere(() => readdirSync(path))?.value ?? [];
}

/** Does it; undefined if a file is not there. */
function ifThere<T>(act: () => T): { readonly value: T } | undefined {
  try {
    return { value: act() };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
