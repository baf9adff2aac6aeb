/** A machine's state as data: what is saved, restored, and sent elsewhere. */
import type { DeviceStates } from './devices/ports.ts';
import type { Stop } from './stop.ts';

/** The state of a machine without the contents of memory and disk. Words are signed. */
export interface MachineState {
  readonly pc: number;
  readonly steps: number;
  readonly status: number;
  readonly waiting: boolean;
  readonly registers: readonly number[];
  /** System registers by number. The entries of registers that are computed when read have no meaning. */
  readonly system: readonly number[];
  /** The step at which the timer goes off; null if it is off. */
  readonly timerAt: number | null;
  readonly timerPending: boolean;
  readonly stop: Stop | null;
  readonly devices: DeviceStates;
}
