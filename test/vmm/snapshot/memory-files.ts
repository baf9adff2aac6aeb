/**
 * Files in memory, as a disk and a system keep them: what was not synchronized can be
 * lost when the power goes, names as well as contents. Calls can be made to fail, and
 * the program to be killed at any of them.
 */
import { dirname } from 'node:path';
import type { Files } from '../../../vmm/snapshot/files.ts';
import { nodeSums } from '../../../vmm/snapshot/node-files.ts';

/** The program was killed here: nothing that it does afterwards happens. */
class Killed extends Error {}

interface Inode {
  data: Uint8Array;
  /** What of it would survive a loss of power. */
  synced: Uint8Array;
}

/** What is left of a crash: of names and of contents, all or only what was synchronized. */
export interface Loss {
  readonly names: boolean;
  readonly contents: boolean;
}

export class MemoryFiles implements Files {
  readonly sha256 = nodeSums.sha256;
  readonly sum = nodeSums.sum;
  readonly deflate = nodeSums.deflate;
  readonly inflate = nodeSums.inflate;
  readonly #names = new Map<string, Inode>();
  #syncedNames = new Map<string, Inode>();
  readonly #open: Inode[] = [];
  /** Calls that change something, so far. */
  calls = 0;
  /** The call at which the program is killed, and how many bytes of a write it does before. */
  killAt = Number.POSITIVE_INFINITY;
  killAfter = 0;
  /** Bytes that still fit on the disk. */
  free = Number.POSITIVE_INFINITY;
  /** Most bytes that one write takes. */
  mostAtOnce = Number.POSITIVE_INFINITY;
  #dead = false;

  /** What the next program finds after a crash. */
  after({ names, contents }: Loss): MemoryFiles {
    const found = new MemoryFiles();
    for (const [path, inode] of names ? this.#syncedNames : this.#names) {
      const data = (contents ? inode.synced : inode.data).slice();
      found.#names.set(path, { data, synced: data });
    }
    found.#syncedNames = new Map(found.#names);
    return found;
  }

  contents(path: string): Uint8Array {
    return this.#find(path).data;
  }

  put(path: string, data: Uint8Array): void {
    const inode = { data, synced: data };
    this.#names.set(path, inode);
    this.#syncedNames.set(path, inode);
  }

  paths(): string[] {
    return [...this.#names.keys()].sort();
  }

  openToRead(path: string): number {
    return this.#open.push(this.#find(path)) - 1;
  }

  create(path: string): number {
    this.#change();
    const inode = { data: new Uint8Array(), synced: new Uint8Array() };
    this.#names.set(path, inode);
    return this.#open.push(inode) - 1;
  }

  size(file: number): number {
    return this.#inode(file).data.length;
  }

  read(file: number, into: Uint8Array, at: number): number {
    const part = this.#inode(file).data.subarray(at, at + into.length);
    into.set(part);
    return part.length;
  }

  write(file: number, bytes: Uint8Array): number {
    if (this.calls + 1 === this.killAt) this.#append(file, bytes.subarray(0, this.killAfter));
    this.#change();
    if (bytes.length > 0 && this.free === 0) throw systemError('ENOSPC');
    const part = bytes.subarray(0, Math.min(this.free, this.mostAtOnce));
    this.free -= part.length;
    this.#append(file, part);
    return part.length;
  }

  sync(file: number): void {
    this.#change();
    this.#inode(file).synced = this.#inode(file).data.slice();
  }

  close(): void {}

  rename(from: string, to: string): void {
    this.#change();
    this.#names.set(to, this.#find(from));
    this.#names.delete(from);
  }

  remove(path: string): void {
    this.#change();
    this.#find(path);
    this.#names.delete(path);
  }

  syncFolder(path: string): void {
    this.#change();
    const elsewhere = [...this.#syncedNames].filter(([name]) => dirname(name) !== path);
    const here = [...this.#names].filter(([name]) => dirname(name) === path);
    this.#syncedNames = new Map([...elsewhere, ...here]);
  }

  makeFolder(): void {}

  list(path: string): readonly string[] {
    return this.paths()
      .filter((name) => dirname(name) === path)
      .map((name) => name.slice(path.length + 1));
  }

  /** Counts a call; kills the program when it is time. */
  #change(): void {
    this.calls += 1;
    this.#dead ||= this.calls >= this.killAt;
    if (this.#dead) throw new Killed();
  }

  #append(file: number, bytes: Uint8Array): void {
    const inode = this.#inode(file);
    inode.data = new Uint8Array(Buffer.concat([inode.data, bytes]));
  }

  #find(path: string): Inode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw systemError('ENOENT');
    return inode;
  }

  #inode(file: number): Inode {
    return this.#open[file] as Inode;
  }
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
