/** Converts Node's file status to that of a process's file system. */
import type { BigIntStats, Dirent } from 'node:fs';
import type { FileKind, FileStatus, FileTime } from '../vmm/process/files/file-system.ts';

export function kindOf(entry: Dirent<Buffer> | BigIntStats): FileKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  return entry.isSymbolicLink() ? 'link' : 'other';
}

export function statusOf(stats: BigIntStats): FileStatus {
  return {
    kind: kindOf(stats),
    device: Number(BigInt.asUintN(32, stats.dev)),
    inode: Number(BigInt.asUintN(53, stats.ino)),
    mode: Number(stats.mode) & 0o7777,
    links: Number(stats.nlink),
    size: Number(stats.size),
    accessed: timeOf(stats.atimeNs),
    modified: timeOf(stats.mtimeNs),
    changed: timeOf(stats.ctimeNs),
  };
}

const second = 1_000_000_000n;

function timeOf(nanoseconds: bigint): FileTime {
  const rest = ((nanoseconds % second) + second) % second;
  return { seconds: Number((nanoseconds - rest) / second), nanoseconds: Number(rest) };
}
