/** Calls about the process itself: who it is, its one thread, its signals, its end. */
import { ERRNO } from '../errno.ts';
import type { Process } from '../process.ts';
import type { CallEntry } from './call.ts';

/** Bytes that look random and are the same on every run: a linear congruential generator. */
function getrandom(process: Process, address: number, length: number): number {
  const bytes = process.bytes(address, length);
  if (bytes === undefined) return -ERRNO.EFAULT;
  const random = bytes.map(() => process.nextRandom());
  return process.put(address, random) ? random.length : -ERRNO.EFAULT;
}

export const identityCalls: readonly CallEntry[] = [
  [93, 'exit', (p, status) => p.exit(status)],
  [94, 'exit_group', (p, status) => p.exit(status)],
  [96, 'set_tid_address', () => 1],
  [124, 'sched_yield', () => 0],
  [134, 'rt_sigaction', () => 0],
  [135, 'rt_sigprocmask', () => 0],
  [172, 'getpid', () => 1],
  [173, 'getppid', () => 0],
  [174, 'getuid', () => 0],
  [175, 'geteuid', () => 0],
  [176, 'getgid', () => 0],
  [177, 'getegid', () => 0],
  [178, 'gettid', () => 1],
  [278, 'getrandom', (p, at, length) => getrandom(p, at, length)],
];
