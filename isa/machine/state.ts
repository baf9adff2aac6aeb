/** A machine's state as data: what is saved, restored, and sent elsewhere. */
import type { DeviceStates } from './devices/ports.ts';
import type { Stop } from './stop.ts';

/** A machine's state but for the contents of memory and disk. Words signed. */
export interface MachineState {
  readonly pc: number;
  readonly steps: number;
  readonly status: number;
  readonly waiting: boolean;
  readonly registers: readonly number[];
  /** System registers by number; entries of those that are computed when read mean nothing. */
  readonly system: readonly number[];
  /** The step at which the timer reaches 0; null = off. */
  readonly timerAt: number | null;
  readonly timerPending: boolean;
  readonly stop: Stop | null;
  readonly devices: DeviceStates;
}
