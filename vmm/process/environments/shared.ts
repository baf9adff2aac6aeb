/** Calls that several simulators have, and those that nobody has here, with the reason. */
import type { SystemCall } from '../calls/call.ts';
import type { Process } from '../process.ts';
import { Refusal } from './environment.ts';

/** Milliseconds in a0 (low word) and a1 (high word). Time begins with the program: a run depends on nothing outside. */
export function time(process: Process): number {
  const milliseconds = Math.floor((process.machine.after + process.slept) / 1e6);
  process.machine.x[11] = Math.floor(milliseconds / 2 ** 32);
  return milliseconds | 0;
}

/** Time goes on by what is slept, and the program at once. */
export function sleep(process: Process, milliseconds: number): undefined {
  process.slept += Math.max(0, milliseconds) * 1e6;
  return undefined;
}

export const floating: SystemCall['run'] = () => {
  throw new Refusal(
    'it needs a floating-point register, and Ring32 has none (it is RV32IM, without F and D): compute with integers',
  );
};

export const sound: SystemCall['run'] = () => {
  throw new Refusal('it plays a sound, and there is none here');
};

export const dialog: SystemCall['run'] = () => {
  throw new Refusal('it opens a window, and there is none here: print and read instead (a7 = 4, and 5 or 8)');
};
