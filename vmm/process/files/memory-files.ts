/** A file system in memory: for tests, and where there are no files, as on a web page. */
import { CallError } from '../errno.ts';
import type {
  FileKind,
  FileStatus,
  FileSystem,
  FileTime,
  FolderEntry,
  OpenedFolder,
  OpenWish,
} from './file-system.ts';

interface Node {
  readonly inode: number;
  readonly kind: FileKind;
  mode: number;
  links: number;
  /** A file's; a link's target. */
  bytes: Uint8Array;
  readonly children: Map<string, Node>;
}

/** A folder to begin with: names, and a file's text or bytes, a folder, or a link's target. */
export interface Contents {
  readonly [name: string]: string | Uint8Array | Contents | { readonly link: string };
}

/** No clock: all times are 0, so that a run is a function of what is in the files. */
const epoch: FileTime = { seconds: 0, nanoseconds: 0 };

export class MemoryFiles implements FileSystem {
  readonly folders: readonly OpenedFolder[];
  readonly #open = new Map<number, Node>();
  #inodes = 1;
  #handles = 0;

  /** `folders`: what is opened, by path; `writable` says where something may be changed, default everywhere. */
  constructor(folders: Readonly<Record<string, Contents>> = {}, writable = (_path: string) => true) {
    this.folders = Object.entries(folders).map(([path, contents]) => ({
      path,
      handle: this.#hold(this.#folder(contents)),
      writable: writable(path),
    }));
  }

  /** How many handles are open: those of `folders`, and what the process has. */
  get handles(): number {
    return this.#open.size;
  }

  statusAt(folder: number, name: string): FileStatus {
    return statusOf(this.#child(folder, name));
  }

  openFolder(folder: number, name: string): number {
    const node = this.#child(folder, name);
    if (node.kind !== 'folder') throw new CallError('ENOTDIR');
    return this.#hold(node);
  }

  openFile(folder: number, name: string, wish: OpenWish): number {
    const siblings = this.#children(folder);
    const present = siblings.get(name);
    if (present === undefined && !wish.create) throw new CallError('ENOENT');
    if (present !== undefined && wish.exclusive) throw new CallError('EEXIST');
    if (present?.kind === 'link') throw new CallError('ELOOP');
    if (present?.kind === 'folder') throw new CallError('EISDIR');
    const node = present ?? this.#node('file', wish.mode);
    siblings.set(name, node);
    if (wish.truncate) node.bytes = new Uint8Array();
    return this.#hold(node);
  }

  readLink(folder: number, name: string): string {
    const { kind, bytes } = this.#child(folder, name);
    if (kind !== 'link') throw new CallError('EINVAL');
    return String.fromCharCode(...bytes);
  }

  makeFolder(folder: number, name: string, mode: number): void {
    const siblings = this.#children(folder);
    if (siblings.has(name)) throw new CallError('EEXIST');
    siblings.set(name, this.#node('folder', mode));
  }

  removeFile(folder: number, name: string): void {
    const node = this.#child(folder, name);
    if (node.kind === 'folder') throw new CallError('EISDIR');
    node.links -= 1;
    this.#children(folder).delete(name);
  }

  removeFolder(folder: number, name: string): void {
    const node = this.#child(folder, name);
    if (node.kind !== 'folder') throw new CallError('ENOTDIR');
    if (node.children.size > 0) throw new CallError('ENOTEMPTY');
    node.links = 0;
    this.#children(folder).delete(name);
  }

  rename(folder: number, name: string, newFolder: number, newName: string): void {
    const node = this.#child(folder, name);
    const target = this.#children(newFolder);
    const replaced = target.get(newName);
    if (replaced === node) return;
    if (replaced !== undefined && isIn(this.#opened(folder), replaced)) throw new CallError('ENOTEMPTY');
    if (node.kind === 'folder') {
      if (isIn(this.#opened(newFolder), node)) throw new CallError('EINVAL');
      if (replaced !== undefined && replaced.kind !== 'folder') throw new CallError('ENOTDIR');
    } else if (replaced?.kind === 'folder') throw new CallError('EISDIR');
    if (replaced !== undefined && replaced.children.size > 0) throw new CallError('ENOTEMPTY');
    if (replaced !== undefined) replaced.links -= 1;
    this.#children(folder).delete(name);
    target.set(newName, node);
  }

  status(handle: number): FileStatus {
    return statusOf(this.#opened(handle));
  }

  list(folder: number): readonly FolderEntry[] {
    const entries = [...this.#children(folder)].map(([name, { kind, inode }]) => ({ name, kind, inode }));
    return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  read(file: number, position: number, length: number): Uint8Array {
    return this.#opened(file).bytes.slice(position, position + length);
  }

  write(file: number, position: number, bytes: Uint8Array): number {
    const node = this.#opened(file);
    if (position + bytes.length > node.bytes.length) resize(node, position + bytes.length);
    node.bytes.set(bytes, position);
    return bytes.length;
  }

  resize(file: number, size: number): void {
    resize(this.#opened(file), size);
  }

  sync(): void {}

  close(handle: number): void {
    if (!this.#open.delete(handle)) throw new RangeError(`handle ${handle} is not open`);
  }

  #node(kind: FileKind, mode: number, bytes: Uint8Array = new Uint8Array()): Node {
    return {
      inode: this.#inodes++,
      kind,
      mode,
      links: kind === 'folder' ? 2 : 1,
      bytes,
      children: new Map(),
    };
  }

  #folder(contents: Contents): Node {
    const folder = this.#node('folder', 0o755);
    for (const [name, content] of Object.entries(contents)) folder.children.set(name, this.#make(content));
    return folder;
  }

  #make(content: Contents[string]): Node {
    if (typeof content === 'string') return this.#node('file', 0o644, new TextEncoder().encode(content));
    if (content instanceof Uint8Array) return this.#node('file', 0o644, content.slice());
    if (typeof content.link !== 'string') return this.#folder(content as Contents);
    return this.#node('link', 0o777, new TextEncoder().encode(content.link));
  }

  #hold(node: Node): number {
    const handle = this.#handles++;
    this.#open.set(handle, node);
    return handle;
  }

  #opened(handle: number): Node {
    const opened = this.#open.get(handle);
    if (opened === undefined) throw new RangeError(`handle ${handle} is not open`);
    return opened;
  }

  #children(folder: number): Map<string, Node> {
    return this.#opened(folder).children;
  }

  #child(folder: number, name: string): Node {
    const child = this.#children(folder).get(name);
    if (child === undefined) throw new CallError('ENOENT');
    return child;
  }
}

function statusOf({ kind, inode, mode, links, bytes }: Node): FileStatus {
  const times = { accessed: epoch, modified: epoch, changed: epoch };
  return { kind, device: 1, inode, mode, links, size: bytes.length, ...times };
}

function isIn(node: Node, folder: Node): boolean {
  return node === folder || [...folder.children.values()].some((child) => isIn(node, child));
}

/** The most that a file holds: more is no use in memory. */
const largest = 2 ** 30;

function resize(node: Node, size: number): void {
  if (size > largest) throw new CallError('EFBIG');
  const bytes = new Uint8Array(size);
  bytes.set(node.bytes.subarray(0, size));
  node.bytes = bytes;
}
