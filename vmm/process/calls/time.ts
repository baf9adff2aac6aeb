/**
 * Calls that read the clocks. Time is the step count, a nanosecond a step, and what was slept: so a
 * run stays a function of its image and inputs.
 */
import { CallError } from '../errno.ts';
import type { Process } from '../process.ts';
import { putWords, viewAt, wide, wordsOf } from './arguments.ts';
import type { CallEntry } from './call.ts';

const second = 1e9;

/** CLOCK_REALTIME to CLOCK_BOOTTIME_ALARM, and CLOCK_TAI. They all say the same. */
function mustBeClock(clock: number): void {
  if (!(clock >= 0 && clock <= 9) && clock !== 11) throw new CallError('EINVAL');
}

/** Nanoseconds since the beginning. */
function now(process: Process): number {
  return process.machine.after + process.slept;
}

function split(nanoseconds: number): readonly [seconds: number, rest: number] {
  return [Math.floor(nanoseconds / second), nanoseconds % second];
}

/** `struct timespec` with 64-bit seconds. */
function putTime(process: Process, address: number, nanoseconds: number): number {
  const [seconds, rest] = split(nanoseconds);
  putWords(process, address, [...wordsOf(seconds), rest, 0]);
  return 0;
}

function clock64(process: Process, clock: number, address: number): number {
  mustBeClock(clock);
  return putTime(process, address, now(process));
}

/** The old call with 32-bit seconds, which riscv32 does not have but programs for rv64 newlib make. */
function clock32(process: Process, clock: number, address: number): number {
  mustBeClock(clock);
  putWords(process, address, split(now(process)));
  return 0;
}

function resolution(process: Process, clock: number, address: number): number {
  mustBeClock(clock);
  return address === 0 ? 0 : putTime(process, address, 1);
}

function timeOfDay(process: Process, address: number): number {
  const [seconds, rest] = split(now(process));
  if (address !== 0) putWords(process, address, [...wordsOf(seconds), Math.floor(rest / 1000), 0]);
  return 0;
}

const TIMER_ABSTIME = 1;

/** Sleeping takes no steps: the clocks go on by the time that was slept. */
function sleep(process: Process, clock: number, flags: number, address: number): number {
  mustBeClock(clock);
  const view = viewAt(process, address, 16);
  const seconds = wide(view.getUint32(0, true), view.getInt32(4, true));
  const rest = view.getInt32(8, true);
  if (seconds < 0 || rest < 0 || rest >= second) throw new CallError('EINVAL');
  const wish = seconds * second + rest;
  const from = (flags & TIMER_ABSTIME) === 0 ? 0 : now(process);
  process.slept += Math.max(0, wish - from);
  return 0;
}

export const timeCalls: readonly CallEntry[] = [
  [113, 'clock_gettime', (p, clock, at) => clock32(p, clock, at)],
  [169, 'gettimeofday', (p, at) => timeOfDay(p, at)],
  [403, 'clock_gettime64', (p, clock, at) => clock64(p, clock, at)],
  [406, 'clock_getres_time64', (p, clock, at) => resolution(p, clock, at)],
  [407, 'clock_nanosleep_time64', (p, clock, flags, at) => sleep(p, clock, flags, at)],
];
