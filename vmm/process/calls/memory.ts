/** Calls that change what memory the process has. */
import { ERRNO } from '../errno.ts';
import type { Process } from '../process.ts';
import type { CallEntry } from './call.ts';

const MAP_FIXED = 0x10;
const MAP_ANONYMOUS = 0x20;

function mmap(process: Process, address: number, length: number, flags: number, fd: number): number {
  if (length === 0) return -ERRNO.EINVAL;
  if ((flags & MAP_ANONYMOUS) === 0) return fd >= 0 && fd <= 2 ? -ERRNO.EINVAL : -ERRNO.EBADF;
  return process.space.map(address >>> 0, length >>> 0, (flags & MAP_FIXED) !== 0) ?? -ERRNO.ENOMEM;
}

export const memoryCalls: readonly CallEntry[] = [
  [214, 'brk', (p, end) => p.space.setBreak(end >>> 0)],
  [215, 'munmap', (p, at, length) => (p.space.unmap(at >>> 0, length >>> 0) ? 0 : -ERRNO.EINVAL)],
  [222, 'mmap', (p, at, length, _protection, flags, fd) => mmap(p, at, length, flags, fd)],
  [226, 'mprotect', () => 0],
  [233, 'madvise', () => 0],
];
