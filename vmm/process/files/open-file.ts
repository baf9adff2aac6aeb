/** Open files, as Linux has them: what a descriptor refers to, and its duplicates share. */
import { CallError } from '../errno.ts';
import type { FileStatus, FileSystem, FolderEntry } from './file-system.ts';
import type { FolderPlace } from './place.ts';
import type { Tree } from './tree.ts';

/** Flags of openat and fcntl (asm-generic/fcntl.h). */
export const O = {
  ACCESS: 3,
  WRONLY: 1,
  RDWR: 2,
  CREAT: 0x40,
  EXCL: 0x80,
  NOCTTY: 0x100,
  TRUNC: 0x200,
  APPEND: 0x400,
  NONBLOCK: 0x800,
  DIRECT: 0x4000,
  LARGEFILE: 0x8000,
  DIRECTORY: 0x10000,
  NOFOLLOW: 0x20000,
  NOATIME: 0x40000,
  CLOEXEC: 0x80000,
} as const;

const SEEK = { SET: 0, CUR: 1, END: 2, DATA: 3, HOLE: 4 } as const;

/** Every operation throws CallError; here, as on a file that cannot do it. Positions and lengths are bytes. */
export abstract class OpenFile {
  /** Access mode and status flags, of O. */
  flags: number;

  constructor(flags: number) {
    this.flags = flags;
  }

  get canRead(): boolean {
    return (this.flags & O.ACCESS) !== O.WRONLY;
  }

  get canWrite(): boolean {
    return (this.flags & O.ACCESS) !== 0;
  }

  abstract status(): FileStatus | 'stream' | 'pipe';

  /** At most `length` bytes; none at the end. */
  read(_length: number): Uint8Array {
    throw new CallError('EBADF');
  }

  /** How many bytes were written. */
  write(_bytes: Uint8Array): number {
    throw new CallError('EBADF');
  }

  readAt(_position: number, _length: number): Uint8Array {
    throw new CallError('ESPIPE');
  }

  writeAt(_position: number, _bytes: Uint8Array): number {
    throw new CallError('ESPIPE');
  }

  /** The new position. */
  seek(_offset: number, _whence: number): number {
    throw new CallError('ESPIPE');
  }

  resize(_size: number): void {
    throw new CallError('EINVAL');
  }

  sync(): void {
    throw new CallError('EINVAL');
  }

  /** No descriptor refers to it any more. */
  close(): void {}
}

export class RegularFile extends OpenFile {
  readonly #files: FileSystem;
  readonly #handle: number;
  #position = 0;

  constructor(files: FileSystem, handle: number, flags: number) {
    super(flags);
    this.#files = files;
    this.#handle = handle;
  }

  override status(): FileStatus {
    return this.#files.status(this.#handle);
  }

  override read(length: number): Uint8Array {
    const bytes = this.readAt(this.#position, length);
    this.#position += bytes.length;
    return bytes;
  }

  override write(bytes: Uint8Array): number {
    const written = this.writeAt(this.#position, bytes);
    this.#position = (this.flags & O.APPEND) === 0 ? this.#position + written : this.status().size;
    return written;
  }

  override readAt(position: number, length: number): Uint8Array {
    if (!this.canRead) throw new CallError('EBADF');
    return this.#files.read(this.#handle, position, length);
  }

  override writeAt(position: number, bytes: Uint8Array): number {
    if (!this.canWrite) throw new CallError('EBADF');
    if (bytes.length === 0) return 0;
    const at = (this.flags & O.APPEND) === 0 ? position : this.status().size;
    return this.#files.write(this.#handle, at, bytes);
  }

  override seek(offset: number, whence: number): number {
    const position = this.#target(offset, whence);
    if (!(position >= 0 && Number.isSafeInteger(position))) throw new CallError('EINVAL');
    this.#position = position;
    return position;
  }

  #target(offset: number, whence: number): number {
    if (whence === SEEK.SET) return offset;
    if (whence === SEEK.CUR) return this.#position + offset;
    const { size } = this.status();
    if (whence === SEEK.END) return size + offset;
    if (whence !== SEEK.DATA && whence !== SEEK.HOLE) return Number.NaN;
    if (offset < 0 || offset >= size) throw new CallError('ENXIO');
    return whence === SEEK.DATA ? offset : size;
  }

  override resize(size: number): void {
    if (size < 0 || !this.canWrite) throw new CallError('EINVAL');
    this.#files.resize(this.#handle, size);
  }

  override sync(): void {
    this.#files.sync(this.#handle);
  }

  override close(): void {
    this.#files.close(this.#handle);
  }
}

export class OpenFolder extends OpenFile {
  readonly place: FolderPlace;
  readonly #tree: Tree;
  #entries: readonly FolderEntry[] | undefined;
  #next = 0;

  constructor(tree: Tree, place: FolderPlace, flags: number) {
    super(flags);
    this.#tree = tree;
    this.place = place;
  }

  override status(): FileStatus {
    return this.#tree.statusOf(this.place);
  }

  /** The entries from the position on, `.` and `..` first; `take` goes on behind so many of them. */
  rest(): readonly FolderEntry[] {
    this.#entries ??= [
      { name: '.', kind: 'folder', inode: this.status().inode },
      { name: '..', kind: 'folder', inode: this.#tree.statusOf(this.place.parent ?? this.place).inode },
      ...this.#tree.list(this.place),
    ];
    return this.#entries.slice(this.#next);
  }

  /** The number of entries before the position. */
  get position(): number {
    return this.#next;
  }

  take(count: number): void {
    this.#next += count;
  }

  override read(): Uint8Array {
    throw new CallError('EISDIR');
  }

  override readAt(): Uint8Array {
    throw new CallError('EISDIR');
  }

  override writeAt(): number {
    throw new CallError('EBADF');
  }

  /** Positions are those that getdents64 gave. The start is also where what changed since is seen. */
  override seek(offset: number, whence: number): number {
    const position = whence === SEEK.SET ? offset : whence === SEEK.CUR ? this.#next + offset : Number.NaN;
    if (!(position >= 0 && Number.isSafeInteger(position))) throw new CallError('EINVAL');
    if (position === 0) this.#entries = undefined;
    this.#next = position;
    return position;
  }

  override sync(): void {
    if (this.place.handle !== undefined) this.#tree.files.sync(this.place.handle);
  }
}
