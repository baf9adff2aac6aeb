/** Calls about signals. */
import { CallError } from '../errno.ts';
import type { Process } from '../process.ts';
import { ACTION_SIZE } from '../signal-actions.ts';
import { bytesAt, putAt } from './arguments.ts';
import type { CallEntry } from './call.ts';

/** Bytes of a set of signals. */
const setSize = 8;

function action(process: Process, signal: number, wish: number, before: number, size: number): number {
  if (size !== setSize) throw new CallError('EINVAL');
  const { signals } = process;
  const next = wish === 0 ? undefined : bytesAt(process, wish, ACTION_SIZE).slice();
  const last = signals.action(signal);
  if (next !== undefined) signals.setAction(signal, next);
  if (before !== 0) putAt(process, before, last);
  return 0;
}

const HOW = { BLOCK: 0, UNBLOCK: 1, SET: 2 } as const;

function mask(process: Process, how: number, wish: number, before: number, size: number): number {
  if (size !== setSize) throw new CallError('EINVAL');
  const { signals } = process;
  const last = signals.mask;
  if (wish !== 0) {
    const set = bytesAt(process, wish, setSize);
    if (how === HOW.BLOCK) signals.mask = last.map((bits, n) => bits | (set[n] as number));
    else if (how === HOW.UNBLOCK) signals.mask = last.map((bits, n) => bits & ~(set[n] as number));
    else if (how === HOW.SET) signals.mask = set.slice();
    else throw new CallError('EINVAL');
  }
  if (before !== 0) putAt(process, before, last);
  return 0;
}

/** Sends the process a signal, 0 for none; a handler of its own cannot be run. */
export function sendSignal(process: Process, signal: number): number {
  if (signal === 0) return 0;
  const effect = process.signals.effect(signal);
  if (effect === 'handler') throw new CallError('ENOSYS');
  if (effect === 'end') process.exit(128 + signal);
  return 0;
}

/** The only process and its only thread. */
const self = 1;

function kill(process: Process, pid: number, signal: number): number {
  if (signal < 0 || signal > 64) throw new CallError('EINVAL');
  if (pid !== self && pid !== 0 && pid !== -self) throw new CallError('ESRCH');
  return sendSignal(process, signal);
}

function killThread(process: Process, group: number, thread: number, signal: number): number {
  if (thread <= 0 || group <= 0 || signal < 0 || signal > 64) throw new CallError('EINVAL');
  if (thread !== self || group !== self) throw new CallError('ESRCH');
  return sendSignal(process, signal);
}

export const signalCalls: readonly CallEntry[] = [
  [129, 'kill', (p, pid, signal) => kill(p, pid, signal)],
  [130, 'tkill', (p, thread, signal) => killThread(p, self, thread, signal)],
  [131, 'tgkill', (p, group, thread, signal) => killThread(p, group, thread, signal)],
  [134, 'rt_sigaction', (p, signal, wish, before, size) => action(p, signal, wish, before, size)],
  [135, 'rt_sigprocmask', (p, how, wish, before, size) => mask(p, how, wish, before, size)],
];
