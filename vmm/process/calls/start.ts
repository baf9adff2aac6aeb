/** Where a path of a call begins: the folder of a descriptor, or the working folder. */
import { CallError } from '../errno.ts';
import { OpenFolder } from '../files/open-file.ts';
import type { FolderPlace } from '../files/place.ts';
import type { Process } from '../process.ts';

/** Special descriptor, and flags of calls that take a path (include/uapi/linux/fcntl.h). */
export const AT = {
  FDCWD: -100,
  SYMLINK_NOFOLLOW: 0x100,
  /** faccessat2 and unlinkat give the same bit other meanings. */
  EACCESS: 0x200,
  REMOVEDIR: 0x200,
  NO_AUTOMOUNT: 0x800,
  EMPTY_PATH: 0x1000,
  STATX_SYNC_TYPE: 0x6000,
} as const;

/** The place that `path` is relative to; `fd` does not matter if the path is absolute. */
export function startOf(process: Process, fd: number, path: string): FolderPlace {
  if (path.startsWith('/') || fd === AT.FDCWD) return process.tree.current;
  const file = process.descriptors.file(fd);
  if (!(file instanceof OpenFolder)) throw new CallError('ENOTDIR');
  return file.place;
}
