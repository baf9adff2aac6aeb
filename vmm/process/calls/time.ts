/** Calls that read the clocks. Time is the step count, a nanosecond a step, so a run stays a function of its image and inputs. */
import { ERRNO } from '../errno.ts';
import type { Process } from '../process.ts';
import type { CallEntry } from './call.ts';

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

export const timeCalls: readonly CallEntry[] = [
  [113, 'clock_gettime', (p, _clock, at) => clock(p, at, false)],
  [169, 'gettimeofday', (p, at) => timeOfDay(p, at)],
  [403, 'clock_gettime64', (p, _clock, at) => clock(p, at, true)],
];
