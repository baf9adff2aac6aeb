/** Files as the simulators' calls see them: Linux's calls, with -1 for every error. */
import { answer } from '../calls/answer.ts';
import { linuxCalls } from '../calls/linux.ts';
import { ERRNO } from '../errno.ts';
import type { Process } from '../process.ts';

const linux = new Map([...linuxCalls.values()].map((call) => [call.name, call]));

const AT_FDCWD = -100;

/** What Linux's call of that name answers, a negated number for an error. */
function askLinux(process: Process, name: string, args: readonly number[]): number {
  const call = linux.get(name);
  if (call === undefined) throw new TypeError(`Linux has no call ${name}`);
  return answer(process, call, args) ?? 0;
}

/** What Linux's call of that name answers, -1 for an error. */
export function ask(process: Process, name: string, ...args: readonly number[]): number {
  return Math.max(-1, askLinux(process, name, args));
}

/** Whether it is the descriptor of an open file, or of a stream, which cannot be sought in. */
export function isOpen(process: Process, fd: number): boolean {
  return askLinux(process, 'lseek', [fd, 0, 1]) !== -ERRNO.EBADF;
}

/** Opens the file with the path at `path`, with Linux's flags, and returns its descriptor, or -1. */
export function open(process: Process, path: number, flags: number): number {
  return ask(process, 'openat', AT_FDCWD, path, flags, 0o666);
}
