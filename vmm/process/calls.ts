/**
 * Linux's riscv32 system calls, as far as a static program without files needs them
 * (include/uapi/asm-generic/unistd.h). One entry a call: number, name, what it does.
 * An unknown call answers ENOSYS, as the kernel does.
 *
 * Files are the three standard streams. Time is the step count, a nanosecond a step, so
 * that a run stays a function of its image and inputs.
 *
 * To add a call: its entry here, its test in test/process/.
 */
import { ERRNO } from './errno.ts';
import type { Process } from './process.ts';

export interface SystemCall {
  readonly number: number;
  readonly name: string;
  /** Arguments are signed words; the result goes to a0, a negated errno for failure. */
  readonly run: (
    process: Process,
    ...args: readonly [number, number, number, number, number, number]
  ) => number;
}

const S_IFCHR = 0x2000;
const MAP_FIXED = 0x10;
const MAP_ANONYMOUS = 0x20;

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
  process.machine.memory.fill(address >>> 0, bytes);
  return bytes.length;
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
    const at = (list >>> 0) + 8 * n;
    if (process.bytes(at, 8) === undefined) return -ERRNO.EFAULT;
    const length = process.machine.memory.read(at + 4, 4);
    const done = one(process.machine.memory.read(at, 4), length);
    if (done < 0) return total > 0 ? total : done;
    total += done;
    if (done < length >>> 0) break;
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

function clock(process: Process, address: number, wide: boolean): number {
  const nanoseconds = process.machine.after;
  const seconds = Math.floor(nanoseconds / 1e9);
  const words = wide ? [seconds, 0, nanoseconds % 1e9, 0] : [seconds, nanoseconds % 1e9];
  return process.put(address, new Uint8Array(Int32Array.from(words).buffer)) ? 0 : -ERRNO.EFAULT;
}

function timeOfDay(process: Process, address: number): number {
  const micros = Math.floor(process.machine.after / 1000);
  const words = [Math.floor(micros / 1e6), 0, micros % 1e6, 0];
  return process.put(address, new Uint8Array(Int32Array.from(words).buffer)) ? 0 : -ERRNO.EFAULT;
}

function mmap(process: Process, address: number, length: number, flags: number, fd: number): number {
  if (length === 0) return -ERRNO.EINVAL;
  if ((flags & MAP_ANONYMOUS) === 0) return fd >= 0 && fd <= 2 ? -ERRNO.EINVAL : -ERRNO.EBADF;
  return process.space.map(address >>> 0, length >>> 0, (flags & MAP_FIXED) !== 0) ?? -ERRNO.ENOMEM;
}

/** Bytes that look random and are the same on every run: a linear congruential generator. */
function getrandom(process: Process, address: number, length: number): number {
  const bytes = process.bytes(address, length);
  if (bytes === undefined) return -ERRNO.EFAULT;
  const random = bytes.map(() => process.nextRandom());
  process.machine.memory.fill(address >>> 0, random);
  return random.length;
}

export const systemCalls: ReadonlyMap<number, SystemCall> = new Map(
  (
    [
      [29, 'ioctl', () => -ERRNO.ENOTTY],
      [57, 'close', (p, fd) => close(p, fd)],
      [62, 'lseek', (_p, fd) => (fd >= 0 && fd <= 2 ? -ERRNO.ESPIPE : -ERRNO.EBADF)],
      [63, 'read', (p, fd, at, length) => read(p, fd, at, length)],
      [64, 'write', (p, fd, at, length) => write(p, fd, at, length)],
      [65, 'readv', (p, fd, list, n) => vector(p, list, n, (at, length) => read(p, fd, at, length))],
      [66, 'writev', (p, fd, list, n) => vector(p, list, n, (at, length) => write(p, fd, at, length))],
      [80, 'fstat', (p, fd, at) => fstat(p, fd, at)],
      [93, 'exit', (p, status) => p.exit(status)],
      [94, 'exit_group', (p, status) => p.exit(status)],
      [96, 'set_tid_address', () => 1],
      [113, 'clock_gettime', (p, _clock, at) => clock(p, at, false)],
      [124, 'sched_yield', () => 0],
      [134, 'rt_sigaction', () => 0],
      [135, 'rt_sigprocmask', () => 0],
      [169, 'gettimeofday', (p, at) => timeOfDay(p, at)],
      [172, 'getpid', () => 1],
      [173, 'getppid', () => 0],
      [174, 'getuid', () => 0],
      [175, 'geteuid', () => 0],
      [176, 'getgid', () => 0],
      [177, 'getegid', () => 0],
      [178, 'gettid', () => 1],
      [214, 'brk', (p, end) => p.space.setBreak(end >>> 0)],
      [215, 'munmap', (p, at, length) => (p.space.unmap(at >>> 0, length >>> 0) ? 0 : -ERRNO.EINVAL)],
      [222, 'mmap', (p, at, length, _protection, flags, fd) => mmap(p, at, length, flags, fd)],
      [226, 'mprotect', () => 0],
      [233, 'madvise', () => 0],
      [278, 'getrandom', (p, at, length) => getrandom(p, at, length)],
      [403, 'clock_gettime64', (p, _clock, at) => clock(p, at, true)],
    ] as const satisfies readonly (readonly [number, string, SystemCall['run']])[]
  ).map(([number, name, run]) => [number, { number, name, run }]),
);
