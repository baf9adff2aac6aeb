/**
 * Folders of the host for a process (`--dir`): the file system that vmm/process/files describes,
 * on descriptors of the host.
 *
 * A name is always looked up in an open descriptor of its folder, never by a path from the top:
 * so nobody can replace a folder by a link between a check and a use. Node has no openat; on Linux,
 * `/proc/self/fd/N/NAME` does the same. Where there is no /proc, we use the path at which the folder
 * was opened. Then a program of the host that swaps folders during the run can make us use the wrong
 * one; the process itself cannot.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeSync,
  type Dirent,
} from 'node:fs';
import { CallError, ERRNO, type ErrorName } from '../vmm/process/errno.ts';
import type {
  FileStatus,
  FileSystem,
  FolderEntry,
  OpenedFolder,
  OpenWish,
} from '../vmm/process/files/file-system.ts';
import { kindOf, statusOf } from './host-status.ts';

/** A folder of the host, and where the process finds it. */
export interface FolderWish {
  readonly host: string;
  /** As `path` of OpenedFolder. */
  readonly guest: string;
  readonly writable: boolean;
}

/** The most bytes read from the host at once. */
const portion = 2 ** 20;

const slash = Buffer.from('/');

export class HostFiles implements FileSystem {
  readonly folders: readonly OpenedFolder[];
  /** Paths of open folders, by descriptor; used only where there is no /proc. */
  readonly #paths: Map<number, Buffer> | undefined;

  /** Throws the system's error if a folder cannot be opened. `useProc`: for tests of hosts without /proc. */
  constructor(wishes: readonly FolderWish[], useProc = existsSync('/proc/self/fd')) {
    this.#paths = useProc ? undefined : new Map();
    this.folders = wishes.map(({ host, guest, writable }) => {
      const path = Buffer.from(realpathSync(host));
      return { path: bytesOf(guest), handle: this.#openFolder(path, path), writable };
    });
  }

  statusAt(folder: number, name: string): FileStatus {
    return answer(() => statusOf(lstatSync(this.#at(folder, name), { bigint: true })));
  }

  openFolder(folder: number, name: string): number {
    const path = this.#at(folder, name);
    return answer(() => this.#openFolder(path, path));
  }

  openFile(folder: number, name: string, wish: OpenWish): number {
    const path = this.#at(folder, name);
    // Opening a device or a pipe can have an effect: the file is checked before it is opened, and again afterwards.
    const present = answer(() => lstatSync(path, { throwIfNoEntry: false }));
    if (present?.isSymbolicLink()) throw new CallError('ELOOP');
    if (present !== undefined && !present.isFile()) throw new CallError('EACCES');
    const file = answer(() => openSync(path, flagsOf(wish), wish.mode));
    if (fstatSync(file).isFile()) return file;
    closeSync(file);
    throw new CallError('EACCES');
  }

  readLink(folder: number, name: string): string {
    return answer(() => textOf(readlinkSync(this.#at(folder, name), { encoding: 'buffer' })));
  }

  makeFolder(folder: number, name: string, mode: number): void {
    answer(() => mkdirSync(this.#at(folder, name), { mode }));
  }

  removeFile(folder: number, name: string): void {
    answer(() => unlinkSync(this.#at(folder, name)));
  }

  removeFolder(folder: number, name: string): void {
    answer(() => rmdirSync(this.#at(folder, name)));
  }

  rename(folder: number, name: string, newFolder: number, newName: string): void {
    const [from, to] = [this.#at(folder, name), this.#at(newFolder, newName)];
    answer(() => renameSync(from, to));
    this.#moved(from, to);
  }

  status(handle: number): FileStatus {
    return answer(() => statusOf(fstatSync(handle, { bigint: true })));
  }

  list(folder: number): readonly FolderEntry[] {
    const options = { encoding: 'buffer', withFileTypes: true } as const;
    const found = answer(() => readdirSync(this.#at(folder, ''), options));
    const sorted = found.toSorted((a, b) => Buffer.compare(a.name, b.name));
    return sorted.flatMap((entry) => this.#entry(folder, entry));
  }

  read(file: number, position: number, length: number): Uint8Array {
    const parts: Uint8Array[] = [];
    for (let got = 0; got < length; ) {
      const part = new Uint8Array(Math.min(portion, length - got));
      const count = answer(() => readSync(file, part, 0, part.length, position + got));
      if (count === 0) break;
      parts.push(part.subarray(0, count));
      got += count;
    }
    return parts.length === 1 ? (parts[0] as Uint8Array) : new Uint8Array(Buffer.concat(parts));
  }

  write(file: number, position: number, bytes: Uint8Array): number {
    return answer(() => writeSync(file, bytes, 0, bytes.length, position));
  }

  resize(file: number, size: number): void {
    answer(() => ftruncateSync(file, size));
  }

  sync(handle: number): void {
    answer(() => fsyncSync(handle));
  }

  close(handle: number): void {
    this.#paths?.delete(handle);
    closeSync(handle);
  }

  #openFolder(path: Buffer, from: Buffer): number {
    const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
    const folder = openSync(from, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    this.#paths?.set(folder, path);
    return folder;
  }

  /** A path of the host for `name` in an open folder. */
  #at(folder: number, name: string): Buffer {
    const start = this.#paths?.get(folder) ?? Buffer.from(`/proc/self/fd/${folder}`);
    return Buffer.concat([start, slash, Buffer.from(name, 'latin1')]);
  }

  /** The folders that are open below `from` are below `to` now. */
  #moved(from: Buffer, to: Buffer): void {
    for (const [folder, path] of this.#paths ?? []) {
      const rest = path.subarray(from.length);
      const isBelow =
        path.subarray(0, from.length).equals(from) && (rest.length === 0 || rest[0] === slash[0]);
      if (isBelow) this.#paths?.set(folder, Buffer.concat([to, rest]));
    }
  }

  /** An entry of a folder; none if it is gone already. */
  #entry(folder: number, entry: Dirent<Buffer>): FolderEntry[] {
    const name = textOf(entry.name);
    try {
      return [{ name, kind: kindOf(entry), inode: this.statusAt(folder, name).inode }];
    } catch (error) {
      if (error instanceof CallError) return [];
      throw error;
    }
  }
}

function flagsOf({ read, write, create, exclusive, truncate }: OpenWish): number {
  const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC } = constants;
  const access = read && write ? O_RDWR : write ? O_WRONLY : O_RDONLY;
  return (
    access |
    (create ? O_CREAT : 0) |
    (create && exclusive ? O_EXCL : 0) |
    (truncate ? O_TRUNC : 0) |
    constants.O_NOFOLLOW |
    constants.O_NONBLOCK |
    constants.O_NOCTTY
  );
}

/** Runs `act`; an error of the host becomes the error that the process gets. */
function answer<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new CallError(code in ERRNO ? (code as ErrorName) : 'EIO');
  }
}

/** Bytes as a byte string. */
function textOf(bytes: Buffer): string {
  return bytes.toString('latin1');
}

/** A text as a byte string in UTF-8. */
function bytesOf(text: string): string {
  return textOf(Buffer.from(text));
}
