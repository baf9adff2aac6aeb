/** Calls on descriptors: reading, writing, positions, duplicates. */
import { CallError, ERRNO } from '../errno.ts';
import { O, type OpenFile, OpenFolder } from '../files/open-file.ts';
import { makePipe } from '../files/pipe.ts';
import type { Process } from '../process.ts';
import { SIG } from '../signal-actions.ts';
import { bytesAt, mustBeWritable, putAt, putWords, viewAt, wide, wordsOf } from './arguments.ts';
import type { CallEntry } from './call.ts';
import { sendSignal } from './signals.ts';

const mostBuffers = 1024;

/** Reads into the process's memory by `act`, and returns how many bytes it gave. */
function readInto(process: Process, address: number, length: number, act: () => Uint8Array): number {
  if (length !== 0) mustBeWritable(process, address, length);
  const bytes = act();
  if (bytes.length > 0) putAt(process, address, bytes);
  return bytes.length;
}

function read(process: Process, file: OpenFile, address: number, length: number): number {
  if (!file.canRead) throw new CallError('EBADF');
  return readInto(process, address, length, () => file.read(length >>> 0));
}

function write(process: Process, file: OpenFile, address: number, length: number): number {
  if (!file.canWrite) throw new CallError('EBADF');
  const bytes = length === 0 ? new Uint8Array() : bytesAt(process, address, length);
  try {
    return file.write(bytes);
  } catch (error) {
    if (error instanceof CallError && error.errno === ERRNO.EPIPE) sendSignal(process, SIG.PIPE);
    throw error;
  }
}

function readAt(process: Process, file: OpenFile, address: number, length: number, position: number): number {
  if (position < 0) throw new CallError('EINVAL');
  return readInto(process, address, length, () => file.readAt(position, length >>> 0));
}

function writeAt(
  process: Process,
  file: OpenFile,
  address: number,
  length: number,
  position: number,
): number {
  if (position < 0) throw new CallError('EINVAL');
  return file.writeAt(position, length === 0 ? new Uint8Array() : bytesAt(process, address, length));
}

/** Calls `one` for each buffer of an iovec; stops at the first failure or short count. */
function vector(
  process: Process,
  list: number,
  count: number,
  one: (address: number, length: number, done: number) => number,
): number {
  if (count < 0 || count > mostBuffers) throw new CallError('EINVAL');
  const view = viewAt(process, list, 8 * count);
  const buffers = Array.from({ length: count }, (_, n) => ({
    address: view.getUint32(8 * n, true),
    length: view.getInt32(8 * n + 4, true),
  }));
  if (buffers.some(({ length }) => length < 0)) throw new CallError('EINVAL');
  let total = 0;
  for (const { address, length } of buffers) {
    try {
      const done = one(address, length, total);
      total += done;
      if (done < length) break;
    } catch (error) {
      if (total === 0 || !(error instanceof CallError)) throw error;
      break;
    }
  }
  return total;
}

/**
 * `_llseek`: a 64-bit offset, and where its result goes. Without that place it is newlib's lseek, which has
 * the number but is called with (fd, offset, whence).
 */
function seek(
  process: Process,
  fd: number,
  high: number,
  low: number,
  result: number,
  whence: number,
): number {
  const file = process.descriptors.file(fd);
  if (result === 0) return file.seek(high, low);
  const position = file.seek(wide(low, high), whence);
  putWords(process, result, wordsOf(position));
  return 0;
}

function duplicate(process: Process, fd: number, to: number, flags: number): number {
  if ((flags & ~O.CLOEXEC) !== 0 || fd === to) throw new CallError('EINVAL');
  process.descriptors.replace(to, process.descriptors.file(fd), flags !== 0);
  return to;
}

function pipe(process: Process, address: number, flags: number): number {
  if ((flags & ~(O.CLOEXEC | O.NONBLOCK | O.DIRECT)) !== 0) throw new CallError('EINVAL');
  mustBeWritable(process, address, 8);
  const { descriptors } = process;
  descriptors.free(descriptors.free() + 1);
  const fds = makePipe(flags & O.NONBLOCK).map((end) => descriptors.add(end, (flags & O.CLOEXEC) !== 0));
  putWords(process, address, fds);
  return 0;
}

function ioctl(process: Process, fd: number): number {
  process.descriptors.file(fd);
  return -ERRNO.ENOTTY;
}

function closeFile(process: Process, fd: number): number {
  process.descriptors.close(fd);
  return 0;
}

function truncate(process: Process, fd: number, size: number): number {
  process.descriptors.file(fd).resize(size);
  return 0;
}

function sync(process: Process, fd: number): number {
  process.descriptors.file(fd).sync();
  return 0;
}

function changeFolder(process: Process, fd: number): number {
  const file = process.descriptors.file(fd);
  if (!(file instanceof OpenFolder)) throw new CallError('ENOTDIR');
  process.tree.current = file.place;
  return 0;
}

export const descriptorCalls: readonly CallEntry[] = [
  [23, 'dup', (p, fd) => p.descriptors.add(p.descriptors.file(fd), false)],
  [24, 'dup3', (p, fd, to, flags) => duplicate(p, fd, to, flags)],
  [29, 'ioctl', (p, fd) => ioctl(p, fd)],
  [46, 'ftruncate64', (p, fd, low, high) => truncate(p, fd, wide(low, high))],
  [50, 'fchdir', (p, fd) => changeFolder(p, fd)],
  [57, 'close', (p, fd) => closeFile(p, fd)],
  [59, 'pipe2', (p, at, flags) => pipe(p, at, flags)],
  [62, 'lseek', (p, fd, high, low, result, whence) => seek(p, fd, high, low, result, whence)],
  [63, 'read', (p, fd, at, length) => read(p, p.descriptors.file(fd), at, length)],
  [64, 'write', (p, fd, at, length) => write(p, p.descriptors.file(fd), at, length)],
  [
    65,
    'readv',
    (p, fd, list, count) => {
      const file = p.descriptors.file(fd);
      return vector(p, list, count, (at, length) => read(p, file, at, length));
    },
  ],
  [
    66,
    'writev',
    (p, fd, list, count) => {
      const file = p.descriptors.file(fd);
      return vector(p, list, count, (at, length) => write(p, file, at, length));
    },
  ],
  [
    67,
    'pread64',
    (p, fd, at, length, low, high) => readAt(p, p.descriptors.file(fd), at, length, wide(low, high)),
  ],
  [
    68,
    'pwrite64',
    (p, fd, at, length, low, high) => writeAt(p, p.descriptors.file(fd), at, length, wide(low, high)),
  ],
  [
    69,
    'preadv',
    (p, fd, list, count, low, high) => {
      const file = p.descriptors.file(fd);
      const from = wide(low, high);
      return vector(p, list, count, (at, length, done) => readAt(p, file, at, length, from + done));
    },
  ],
  [
    70,
    'pwritev',
    (p, fd, list, count, low, high) => {
      const file = p.descriptors.file(fd);
      const from = wide(low, high);
      return vector(p, list, count, (at, length, done) => writeAt(p, file, at, length, from + done));
    },
  ],
  [82, 'fsync', (p, fd) => sync(p, fd)],
  [83, 'fdatasync', (p, fd) => sync(p, fd)],
];
