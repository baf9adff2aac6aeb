/** Calls on open files. They are the three standard streams. */
import { ERRNO } from '../errno.ts';
import type { Process } from '../process.ts';
import type { CallEntry } from './call.ts';

const S_IFCHR = 0x2000;

function write(process: Process, fd: number, address: number, length: number): number {
  if ((fd !== 1 && fd !== 2) || process.closed.has(fd)) return -ERRNO.EBADF;
  const bytes = process.bytes(address, length);
  if (bytes === undefined) return -ERRNO.EFAULT;
  process.streams.write(fd, bytes);
  return bytes.length;
}

function read(process: Process, fd: number, address: number, length: number): number {
  if (fd !== 0 || process.closed.has(0)) return -ERRNO.EBADF;
  if (process.bytes(address, length) === undefined) return -ERRNO.EFAULT;
  const bytes = process.streams.read(length >>> 0);
  return process.put(address, bytes) ? bytes.length : -ERRNO.EFAULT;
}

/** Calls `one` for each buffer of an iovec; stops at the first failure or short count. */
function vector(
  process: Process,
  list: number,
  count: number,
  one: (address: number, length: number) => number,
): number {
  if (count < 0 || count > 1024) return -ERRNO.EINVAL;
  let total = 0;
  for (let n = 0; n < count; n++) {
    const pair = process.bytes((list >>> 0) + 8 * n, 8);
    if (pair === undefined) return -ERRNO.EFAULT;
    const view = new DataView(pair.buffer, pair.byteOffset);
    const length = view.getUint32(4, true);
    const done = one(view.getUint32(0, true), length);
    if (done < 0) return total > 0 ? total : done;
    total += done;
    if (done < length) break;
  }
  return total;
}

function close(process: Process, fd: number): number {
  if (fd < 0 || fd > 2 || process.closed.has(fd)) return -ERRNO.EBADF;
  process.closed.add(fd);
  return 0;
}

/** `struct stat` of asm-generic: a character device, for every standard stream. */
function fstat(process: Process, fd: number, address: number): number {
  if (fd < 0 || fd > 2 || process.closed.has(fd)) return -ERRNO.EBADF;
  const bytes = new Uint8Array(104);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, S_IFCHR | 0o620, true);
  view.setUint32(20, 1, true);
  view.setUint32(56, 1024, true);
  return process.put(address, bytes) ? 0 : -ERRNO.EFAULT;
}

export const streamCalls: readonly CallEntry[] = [
  [29, 'ioctl', () => -ERRNO.ENOTTY],
  [57, 'close', (p, fd) => close(p, fd)],
  [62, 'lseek', (_p, fd) => (fd >= 0 && fd <= 2 ? -ERRNO.ESPIPE : -ERRNO.EBADF)],
  [63, 'read', (p, fd, at, length) => read(p, fd, at, length)],
  [64, 'write', (p, fd, at, length) => write(p, fd, at, length)],
  [65, 'readv', (p, fd, list, n) => vector(p, list, n, (at, length) => read(p, fd, at, length))],
  [66, 'writev', (p, fd, list, n) => vector(p, list, n, (at, length) => write(p, fd, at, length))],
  [80, 'fstat', (p, fd, at) => fstat(p, fd, at)],
];
