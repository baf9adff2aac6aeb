/** Files as the simulators' calls see them: Linux's calls, with -1 for every error. */
import type { CallTable, SystemCall } from '../calls/call.ts';
import { linuxCalls } from '../calls/linux.ts';
import { ERRNO } from '../errno.ts';
import type { Process } from '../process.ts';

function named(table: CallTable): ReadonlyMap<string, SystemCall> {
  return new Map([...table.values()].map((call) => [call.name, call]));
}

const linux = named(linuxCalls);

const AT_FDCWD = -100;

function answer(process: Process, name: string, args: readonly number[]): number {
  const call = linux.get(name);
  return call === undefined ? -ERRNO.ENOSYS : (process.answer(call, args) ?? 0);
}

/** What Linux's call of that name answers, -1 for an error. */
export function ask(process: Process, name: string, ...args: readonly number[]): number {
  return Math.max(-1, answer(process, name, args));
}

/** Whether it is the descriptor of an open file, or of a stream, which cannot be sought in. */
export function isOpen(process: Process, fd: number): boolean {
  return answer(process, 'lseek', [fd, 0, 1]) !== -ERRNO.EBADF;
}

/** Flags of `open`, with Linux's values (asm-generic/fcntl.h). */
export const OPEN = {
  READ: 0,
  WRITE: 1,
  BOTH: 2,
  CREATE: 0x40,
  EXCLUSIVE: 0x80,
  TRUNCATE: 0x200,
  APPEND: 0x400,
} as const;

/** Opens the file with the path at `path`, with Linux's flags, and returns its descriptor, or -1. */
export function open(process: Process, path: number, flags: number): number {
  return ask(process, 'openat', AT_FDCWD, path, flags, 0o666);
}
