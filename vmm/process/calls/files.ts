/** Calls that take a path, but openat. */
import { CallError } from '../errno.ts';
import type { FileStatus } from '../files/file-system.ts';
import type { Follow, FoundEntry } from '../files/tree.ts';
import type { Process } from '../process.ts';
import { pathAt, putAt, wide } from './arguments.ts';
import type { CallEntry } from './call.ts';
import { AT, startOf } from './start.ts';

function find(process: Process, fd: number, path: number, follow: Follow): FoundEntry {
  const text = pathAt(process, path);
  if (text === '') throw new CallError('ENOENT');
  return process.tree.find(startOf(process, fd, text), text, follow);
}

// ---- Names ----

export function makeFolder(process: Process, fd: number, path: number, mode: number): number {
  const { place, name, status } = find(process, fd, path, 'never');
  if (name === undefined || status !== undefined) throw new CallError('EEXIST');
  process.tree.files.makeFolder(process.tree.writableHandle(place), name, mode & 0o1777 & ~process.umask);
  return 0;
}

export function remove(process: Process, fd: number, path: number, flags: number): number {
  if ((flags & ~AT.REMOVEDIR) !== 0) throw new CallError('EINVAL');
  const found = find(process, fd, path, 'never');
  return flags === 0 ? removeFile(process, found) : removeFolder(process, found);
}

function removeFile({ tree }: Process, { place, name, status, slash }: FoundEntry): number {
  if (name === undefined) throw new CallError('EISDIR');
  const handle = tree.writableHandle(place);
  if (status === undefined) throw new CallError('ENOENT');
  if (status.kind === 'folder') throw new CallError('EISDIR');
  if (slash) throw new CallError('ENOTDIR');
  tree.files.removeFile(handle, name);
  return 0;
}

function removeFolder({ tree }: Process, found: FoundEntry): number {
  const { place, name, status, last } = found;
  if (last !== undefined)
    throw new CallError(({ '.': 'EINVAL', '..': 'ENOTEMPTY', '/': 'EBUSY' } as const)[last]);
  if (tree.isMount(found)) throw new CallError('EBUSY');
  const handle = tree.writableHandle(place);
  if (status === undefined) throw new CallError('ENOENT');
  if (status.kind !== 'folder') throw new CallError('ENOTDIR');
  tree.files.removeFolder(handle, name as string);
  return 0;
}

const RENAME = { NOREPLACE: 1, EXCHANGE: 2, WHITEOUT: 4 } as const;

function rename(
  process: Process,
  fd: number,
  path: number,
  newFd: number,
  newPath: number,
  flags: number,
): number {
  // The kernel says EINVAL of flags that a file system does not have, too.
  if ((flags & ~RENAME.NOREPLACE) !== 0) throw new CallError('EINVAL');
  const from = find(process, fd, path, 'never');
  const to = find(process, newFd, newPath, 'never');
  const { tree } = process;
  if (from.place.opened !== to.place.opened) throw new CallError('EXDEV');
  if (from.name === undefined) throw new CallError('EBUSY');
  if (to.name === undefined) throw new CallError(flags === 0 ? 'EBUSY' : 'EEXIST');
  const [handle, newHandle] = [from, to].map(({ place }) => tree.writableHandle(place)) as [number, number];
  if (from.status === undefined) throw new CallError('ENOENT');
  if (flags !== 0 && to.status !== undefined) throw new CallError('EEXIST');
  if (from.status.kind !== 'folder' && (from.slash || to.slash)) throw new CallError('ENOTDIR');
  if (tree.isMount(from) || tree.isMount(to)) throw new CallError('EBUSY');
  tree.files.rename(handle, from.name, newHandle, to.name);
  if (from.status.kind === 'folder')
    tree.moved(from.status, to.place, to.name, [tree.current, ...process.descriptors.places()]);
  return 0;
}

/** Links and special files are not made: the answer of a file system that has none. */
function makeNothing(process: Process, fd: number, path: number): number {
  const { status } = find(process, fd, path, 'never');
  throw new CallError(status === undefined ? 'EPERM' : 'EEXIST');
}

function readLink(process: Process, fd: number, path: number, address: number, length: number): number {
  if (length <= 0) throw new CallError('EINVAL');
  const { place, name, status } = find(process, fd, path, 'slash');
  if (status === undefined) throw new CallError('ENOENT');
  if (status.kind !== 'link') throw new CallError('EINVAL');
  const target = process.tree.files.readLink(place.handle as number, name as string);
  const bytes = Uint8Array.from(target.slice(0, length), (byte) => byte.charCodeAt(0));
  putAt(process, address, bytes);
  return bytes.length;
}

// ---- Asking and changing ----

const accessFlags = AT.EACCESS | AT.SYMLINK_NOFOLLOW | AT.EMPTY_PATH;
const ACCESS = { EXECUTE: 1, WRITE: 2, READ: 4 } as const;

/** The process is its files' owner and root: what it may not do is what no one may. */
function mayAccess(status: FileStatus, writable: boolean, mode: number): void {
  if ((mode & ACCESS.WRITE) !== 0 && !writable) throw new CallError('EROFS');
  if ((mode & ACCESS.EXECUTE) !== 0 && status.kind !== 'folder' && (status.mode & 0o111) === 0)
    throw new CallError('EACCES');
}

export function access(process: Process, fd: number, path: number, mode: number, flags: number): number {
  const { EXECUTE, WRITE, READ } = ACCESS;
  if ((mode & ~(EXECUTE | WRITE | READ)) !== 0 || (flags & ~accessFlags) !== 0) throw new CallError('EINVAL');
  const found = find(process, fd, path, (flags & AT.SYMLINK_NOFOLLOW) === 0 ? 'always' : 'slash');
  if (found.status === undefined) throw new CallError('ENOENT');
  mayAccess(found.status, process.tree.isWritable(found), mode);
  return 0;
}

function truncate(process: Process, path: number, size: number): number {
  if (size < 0) throw new CallError('EINVAL');
  const { place, name, status } = find(process, AT.FDCWD, path, 'always');
  if (status === undefined) throw new CallError('ENOENT');
  if (status.kind === 'folder') throw new CallError('EISDIR');
  if (status.kind !== 'file') throw new CallError('EINVAL');
  const { tree } = process;
  const wish = { read: false, write: true, create: false, exclusive: false, truncate: false };
  const file = tree.files.openFile(tree.writableHandle(place), name as string, { ...wish, mode: 0 });
  try {
    tree.files.resize(file, size);
  } finally {
    tree.files.close(file);
  }
  return 0;
}

function changeFolder(process: Process, path: number): number {
  const found = find(process, AT.FDCWD, path, 'always');
  process.tree.current = process.tree.enter(found);
  return 0;
}

function currentFolder(process: Process, address: number, length: number): number {
  const path = process.tree.pathOf(process.tree.current);
  if (path.length + 1 > length >>> 0) throw new CallError('ERANGE');
  putAt(
    process,
    address,
    Uint8Array.from(`${path}\0`, (byte) => byte.charCodeAt(0)),
  );
  return path.length + 1;
}

function setMask(process: Process, mask: number): number {
  const before = process.umask;
  process.umask = mask & 0o777;
  return before;
}

export const fileCalls: readonly CallEntry[] = [
  [17, 'getcwd', (p, at, length) => currentFolder(p, at, length)],
  [33, 'mknodat', (p, fd, path) => makeNothing(p, fd, path)],
  [34, 'mkdirat', (p, fd, path, mode) => makeFolder(p, fd, path, mode)],
  [35, 'unlinkat', (p, fd, path, flags) => remove(p, fd, path, flags)],
  [36, 'symlinkat', (p, _target, fd, path) => makeNothing(p, fd, path)],
  [37, 'linkat', (p, _fd, _path, fd, path) => makeNothing(p, fd, path)],
  [45, 'truncate64', (p, path, low, high) => truncate(p, path, wide(low, high))],
  [48, 'faccessat', (p, fd, path, mode) => access(p, fd, path, mode, 0)],
  [49, 'chdir', (p, path) => changeFolder(p, path)],
  [78, 'readlinkat', (p, fd, path, at, length) => readLink(p, fd, path, at, length)],
  [81, 'sync', () => 0],
  [166, 'umask', (p, mask) => setMask(p, mask)],
  [276, 'renameat2', (p, fd, path, newFd, newPath, flags) => rename(p, fd, path, newFd, newPath, flags)],
  [439, 'faccessat2', (p, fd, path, mode, flags) => access(p, fd, path, mode, flags)],
];
