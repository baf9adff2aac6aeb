/** Calls about the process itself: who it is, where it runs, its limits, its end. */
import { CallError, ERRNO } from '../errno.ts';
import { mostDescriptors } from '../files/descriptors.ts';
import type { Process } from '../process.ts';
import { mustBeWritable, putAt, putWords } from './arguments.ts';
import type { CallEntry } from './call.ts';

/** GRND_NONBLOCK, GRND_RANDOM and GRND_INSECURE; the last two are not for each other. */
const randomFlags = 7;
const contradiction = 6;

/** Bytes that look random and are the same on every run: a linear congruential generator. */
function getrandom(process: Process, address: number, length: number, flags: number): number {
  if ((flags & ~randomFlags) !== 0 || (flags & contradiction) === contradiction)
    throw new CallError('EINVAL');
  mustBeWritable(process, address, length);
  putAt(
    process,
    address,
    Uint8Array.from({ length: length >>> 0 }, () => process.nextRandom()),
  );
  return length;
}

/** `struct utsname`: six texts of 65 bytes. */
function uname(process: Process, address: number): number {
  const texts = ['Linux', 'ringlab', '6.1.0', '#1', 'riscv32', '(none)'];
  const bytes = new Uint8Array(65 * texts.length);
  for (const [n, text] of texts.entries()) bytes.set(new TextEncoder().encode(text), 65 * n);
  putAt(process, address, bytes);
  return 0;
}

const RLIMIT = { STACK: 3, NOFILE: 7, MOST: 15 } as const;
const unlimited = -1;

/** Limits can be asked for; they are what they are. */
function limit(process: Process, pid: number, resource: number, wish: number, address: number): number {
  if (resource < 0 || resource > RLIMIT.MOST) throw new CallError('EINVAL');
  if (pid !== 0 && pid !== 1) throw new CallError('ESRCH');
  if (wish !== 0) throw new CallError('EPERM');
  if (address === 0) return 0;
  const { size, stack } = process.space;
  const known: Readonly<Record<number, number>> = {
    [RLIMIT.STACK]: size - stack,
    [RLIMIT.NOFILE]: mostDescriptors,
  };
  const value = known[resource];
  const words = value === undefined ? [unlimited, unlimited] : [value, 0];
  putWords(process, address, [...words, ...words]);
  return 0;
}

export const identityCalls: readonly CallEntry[] = [
  [93, 'exit', (p, status) => p.exit(status)],
  [94, 'exit_group', (p, status) => p.exit(status)],
  [96, 'set_tid_address', () => 1],
  // The list of locks to give back when a thread dies: its head has 12 bytes.
  [99, 'set_robust_list', (_p, _head, length) => (length === 12 ? 0 : -ERRNO.EINVAL)],
  [124, 'sched_yield', () => 0],
  [160, 'uname', (p, at) => uname(p, at)],
  [172, 'getpid', () => 1],
  [173, 'getppid', () => 0],
  [174, 'getuid', () => 0],
  [175, 'geteuid', () => 0],
  [176, 'getgid', () => 0],
  [177, 'getegid', () => 0],
  [178, 'gettid', () => 1],
  [261, 'prlimit64', (p, pid, resource, wish, at) => limit(p, pid, resource, wish, at)],
  [278, 'getrandom', (p, at, length, flags) => getrandom(p, at, length, flags)],
];
