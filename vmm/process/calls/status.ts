/** Calls that say what a file is, in the layouts that Linux has for it. */
import { CallError } from '../errno.ts';
import type { FileKind, FileStatus, FileTime } from '../files/file-system.ts';
import { type OpenFile, OpenFolder } from '../files/open-file.ts';
import type { Process } from '../process.ts';
import { mustBeWritable, pathAt, putAt } from './arguments.ts';
import type { CallEntry } from './call.ts';
import { AT, startOf } from './start.ts';

/** Types of files in `st_mode`, and in entries of a folder (`d_type` is the type shifted by 12). */
const S_IF = { file: 0x8000, folder: 0x4000, link: 0xa000, other: 0x1000 } as const;
const S_IFCHR = 0x2000;
const S_IFIFO = 0x1000;

const blockSize = 4096;
const epoch: FileTime = { seconds: 0, nanoseconds: 0 };

/** A status with everything that the layouts have in common. */
interface Described extends Omit<FileStatus, 'kind'> {
  readonly type: number;
  readonly blockSize: number;
}

function describe(status: FileStatus | 'stream' | 'pipe'): Described {
  if (typeof status !== 'string') return { ...status, type: S_IF[status.kind], blockSize };
  const [type, mode] = status === 'stream' ? [S_IFCHR, 0o620] : [S_IFIFO, 0o600];
  const times = { accessed: epoch, modified: epoch, changed: epoch };
  return { type, mode, blockSize: 1024, device: 0, inode: 1, links: 1, size: 0, ...times };
}

/** `struct stat64` of asm-generic, 104 bytes, as newlib has it too. */
function stat64(status: Described): Uint8Array {
  const bytes = new Uint8Array(104);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(status.device), true);
  view.setBigUint64(8, BigInt(status.inode), true);
  view.setUint32(16, status.type | status.mode, true);
  view.setUint32(20, status.links, true);
  view.setBigInt64(48, BigInt(status.size), true);
  view.setUint32(56, status.blockSize, true);
  view.setBigInt64(64, BigInt(Math.ceil(status.size / 512)), true);
  for (const [n, { seconds, nanoseconds }] of timesOf(status).entries()) {
    view.setInt32(72 + 8 * n, seconds, true);
    view.setUint32(76 + 8 * n, nanoseconds, true);
  }
  return bytes;
}

/** All of `stx_mask` that we fill in: everything but the time of birth. */
const STATX_BASIC_STATS = 0x7ff;

/** `struct statx`, 256 bytes (include/uapi/linux/stat.h). */
function statx(status: Described): Uint8Array {
  const bytes = new Uint8Array(256);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, STATX_BASIC_STATS, true);
  view.setUint32(4, status.blockSize, true);
  view.setUint32(16, status.links, true);
  view.setUint16(28, status.type | status.mode, true);
  view.setBigUint64(32, BigInt(status.inode), true);
  view.setBigUint64(40, BigInt(status.size), true);
  view.setBigUint64(48, BigInt(Math.ceil(status.size / 512)), true);
  const [accessed, modified, changed] = timesOf(status);
  for (const [at, { seconds, nanoseconds }] of [
    [64, accessed],
    [96, changed],
    [112, modified],
  ] as const) {
    view.setBigInt64(at, BigInt(seconds), true);
    view.setUint32(at + 8, nanoseconds, true);
  }
  view.setUint32(140, status.device, true);
  return bytes;
}

function timesOf({ accessed, modified, changed }: Described): readonly [FileTime, FileTime, FileTime] {
  return [accessed, modified, changed];
}

/** The status of what `path` names from `fd` on; of `fd` itself if the path is empty and may be. */
function statusAt(process: Process, fd: number, path: number, flags: number): Described {
  const text = pathAt(process, path);
  if (text === '' && (flags & AT.EMPTY_PATH) !== 0) {
    const { tree, descriptors } = process;
    return describe(fd === AT.FDCWD ? tree.statusOf(tree.current) : descriptors.file(fd).status());
  }
  if (text === '') throw new CallError('ENOENT');
  const follow = (flags & AT.SYMLINK_NOFOLLOW) === 0 ? 'always' : 'slash';
  const { status } = process.tree.find(startOf(process, fd, text), text, follow);
  if (status === undefined) throw new CallError('ENOENT');
  return describe(status);
}

const statFlags = AT.SYMLINK_NOFOLLOW | AT.NO_AUTOMOUNT | AT.EMPTY_PATH;

export function fstatat(process: Process, fd: number, path: number, address: number, flags: number): number {
  if ((flags & ~statFlags) !== 0) throw new CallError('EINVAL');
  putAt(process, address, stat64(statusAt(process, fd, path, flags)));
  return 0;
}

const STATX_RESERVED = 0x8000_0000;

function extendedStatus(
  process: Process,
  fd: number,
  path: number,
  flags: number,
  mask: number,
  address: number,
): number {
  const isSyncWrong = (flags & AT.STATX_SYNC_TYPE) === AT.STATX_SYNC_TYPE;
  if ((mask & STATX_RESERVED) !== 0 || isSyncWrong || (flags & ~(statFlags | AT.STATX_SYNC_TYPE)) !== 0)
    throw new CallError('EINVAL');
  putAt(process, address, statx(statusAt(process, fd, path, flags)));
  return 0;
}

function fstat(process: Process, fd: number, address: number): number {
  putAt(process, address, stat64(describe(process.descriptors.file(fd).status())));
  return 0;
}

/** `struct linux_dirent64`: inode, position behind it, length, type, name; a multiple of 8 bytes. */
function entryBytes(name: string, kind: FileKind, inode: number, next: number): Uint8Array {
  const bytes = new Uint8Array((19 + name.length + 1 + 7) & ~7);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(inode), true);
  view.setBigUint64(8, BigInt(next), true);
  view.setUint16(16, bytes.length, true);
  bytes[18] = kind === 'other' ? 0 : S_IF[kind] >>> 12;
  for (let n = 0; n < name.length; n++) bytes[19 + n] = name.charCodeAt(n);
  return bytes;
}

function entries(process: Process, file: OpenFile, address: number, length: number): number {
  if (!(file instanceof OpenFolder)) throw new CallError('ENOTDIR');
  mustBeWritable(process, address, length);
  let at = 0;
  let count = 0;
  for (const { name, kind, inode } of file.rest()) {
    const bytes = entryBytes(name, kind, inode, file.position + count + 1);
    if (at + bytes.length > length >>> 0) {
      if (count === 0) throw new CallError('EINVAL');
      break;
    }
    putAt(process, (address >>> 0) + at, bytes);
    at += bytes.length;
    count += 1;
  }
  file.take(count);
  return at;
}

export const statusCalls: readonly CallEntry[] = [
  [61, 'getdents64', (p, fd, at, length) => entries(p, p.descriptors.file(fd), at, length)],
  [79, 'fstatat64', (p, fd, path, at, flags) => fstatat(p, fd, path, at, flags)],
  [80, 'fstat', (p, fd, at) => fstat(p, fd, at)],
  [291, 'statx', (p, fd, path, flags, mask, at) => extendedStatus(p, fd, path, flags, mask, at)],
];
