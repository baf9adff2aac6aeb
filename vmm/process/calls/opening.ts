/** Opening files and folders. */
import { CallError } from '../errno.ts';
import { O, OpenFolder, RegularFile } from '../files/open-file.ts';
import type { Follow, FoundEntry } from '../files/tree.ts';
import type { FolderPlace } from '../files/place.ts';
import type { Process } from '../process.ts';
import { pathAt } from './arguments.ts';
import type { CallEntry } from './call.ts';
import { startOf } from './start.ts';

export function open(process: Process, fd: number, path: number, flags: number, mode: number): number {
  const create = (flags & O.CREAT) !== 0;
  if (create && (flags & O.DIRECTORY) !== 0) throw new CallError('EINVAL');
  const text = pathAt(process, path);
  process.descriptors.free();
  const exclusive = create && (flags & O.EXCL) !== 0;
  const start = startOf(process, fd, text);
  if (create && text.endsWith('/')) {
    process.tree.find(start, text, 'never');
    throw new CallError('EISDIR');
  }
  const follow = exclusive || (flags & O.NOFOLLOW) !== 0 ? 'slash' : 'always';
  const found = look(process, start, text, follow);
  const { status } = found;
  if (exclusive && status !== undefined) throw new CallError('EEXIST');
  const isFolder = status?.kind === 'folder';
  if (create && isFolder) throw new CallError('EISDIR');
  const file = isFolder ? openFolder(process, found, flags) : openFile(process, found, flags, mode);
  return process.descriptors.add(file, (flags & O.CLOEXEC) !== 0);
}

/** Flags that fcntl tells again. */
function keptFlags(flags: number): number {
  return flags & ~(O.CREAT | O.EXCL | O.TRUNC | O.CLOEXEC | O.NOCTTY | O.LARGEFILE);
}

function openFolder(process: Process, found: FoundEntry, flags: number): OpenFolder {
  if ((flags & (O.ACCESS | O.TRUNC)) !== 0) throw new CallError('EISDIR');
  return new OpenFolder(process.tree, process.tree.enter(found), keptFlags(flags));
}

function openFile(process: Process, found: FoundEntry, flags: number, mode: number): RegularFile {
  const { place, name, status } = found;
  const { tree } = process;
  const create = (flags & O.CREAT) !== 0;
  if (status === undefined && !create) throw new CallError('ENOENT');
  if ((flags & O.DIRECTORY) !== 0) throw new CallError('ENOTDIR');
  if (status?.kind === 'link') throw new CallError('ELOOP');
  const write = (flags & O.ACCESS) !== 0;
  const truncate = (flags & O.TRUNC) !== 0;
  const changes = write || truncate || status === undefined;
  const handle = changes ? tree.writableHandle(place) : (place.handle as number);
  const opened = tree.files.openFile(handle, name as string, {
    read: (flags & O.ACCESS) !== O.WRONLY,
    write,
    // The file may have come to be since we looked: then it is opened, as Linux does.
    create: status === undefined,
    exclusive: (flags & O.EXCL) !== 0 && create,
    truncate,
    mode: mode & 0o7777 & ~process.umask,
  });
  return new RegularFile(tree.files, opened, keptFlags(flags));
}

/** Finds a file that is to be opened, and remembers if it is in none of the folders. */
function look(process: Process, start: FolderPlace, path: string, follow: Follow): FoundEntry {
  try {
    return process.tree.find(start, path, follow);
  } finally {
    process.missedFile ??= process.tree.missed;
  }
}

export const openingCalls: readonly CallEntry[] = [
  [56, 'openat', (p, fd, path, flags, mode) => open(p, fd, path, flags, mode)],
];
