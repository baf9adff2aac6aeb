/** fcntl: duplicates, flags and locks of descriptors. */
import { CallError } from '../errno.ts';
import { mostDescriptors } from '../files/descriptors.ts';
import { O } from '../files/open-file.ts';
import type { Process } from '../process.ts';
import { putAt, viewAt } from './arguments.ts';
import type { CallEntry } from './call.ts';

const F = {
  DUPFD: 0,
  GETFD: 1,
  SETFD: 2,
  GETFL: 3,
  SETFL: 4,
  GETLK: 5,
  SETLK: 6,
  SETLKW: 7,
  GETLK64: 12,
  SETLK64: 13,
  SETLKW64: 14,
  DUPFD_CLOEXEC: 1030,
} as const;

const unlocked = 2;

/** Flags that F_SETFL changes; it ignores the others. */
const settable = O.APPEND | O.NONBLOCK | O.DIRECT | O.NOATIME;

function control(process: Process, fd: number, command: number, argument: number): number {
  const { descriptors } = process;
  const entry = descriptors.entry(fd);
  const { file } = entry;
  switch (command) {
    case F.DUPFD:
    case F.DUPFD_CLOEXEC:
      if (argument < 0 || argument >= mostDescriptors) throw new CallError('EINVAL');
      return descriptors.add(file, command === F.DUPFD_CLOEXEC, argument);
    case F.GETFD:
      return entry.closeOnExec ? 1 : 0;
    case F.SETFD:
      entry.closeOnExec = (argument & 1) !== 0;
      return 0;
    case F.GETFL:
      return file.flags;
    case F.SETFL:
      file.flags = (file.flags & ~settable) | (argument & settable);
      return 0;
    case F.GETLK:
    case F.GETLK64:
      // Nobody else holds a lock: it is free, which `struct flock` says in its first two bytes.
      putAt(process, argument, Uint8Array.of(unlocked, 0));
      return 0;
    case F.SETLK:
    case F.SETLKW:
    case F.SETLK64:
    case F.SETLKW64:
      viewAt(process, argument, 32);
      return 0;
    default:
      throw new CallError('EINVAL');
  }
}

export const controlCalls: readonly CallEntry[] = [
  [25, 'fcntl64', (p, fd, command, argument) => control(p, fd, command, argument)],
];
