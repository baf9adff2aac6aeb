/** A machine's state as data: what is saved, restored, and sent elsewhere. */
import type { IommuState } from './devices/iommu.ts';
import type { DeviceStates } from './devices/ports.ts';
import type { ParavirtualState } from './paravirtual/paravirtual.ts';
import type { GuestModeState } from './guest-mode.ts';
import type { Stop } from './stop.ts';

/** The state of a machine without the contents of memory and disk. Words are signed. */
export interface MachineState {
  /** Address of the next instruction, unsigned. */
  readonly pc: number;
  /** Steps since reset. */
  readonly steps: number;
  /** STATUS as the bits of `STATUS`. */
  readonly status: number;
  /** Whether `hlt` waits for an interrupt line. */
  readonly waiting: boolean;
  /** General registers x0 to x31. */
  readonly registers: readonly number[];
  /** System registers by number. The entries of registers that are computed when read have no meaning. */
  readonly system: readonly number[];
  /** The step at which the timer goes off; null if it is off. */
  readonly timerAt: number | null;
  /** Whether the timer's interrupt line is pending. */
  readonly timerPending: boolean;
  /** Why the machine has stopped for good; null if it has not. */
  readonly stop: Stop | null;
  /** The states of console, disk controller and network device. */
  readonly devices: DeviceStates;
  /** What a paravirtual machine has in addition; missing in every other machine's. */
  readonly paravirtual?: ParavirtualState;
  /** Guest mode; undefined if the machine is not in it. The other fields then are the guest's. */
  readonly guest?: GuestModeState | undefined;
  /** The IOMMU's; missing while no device has a map. */
  readonly iommu?: IommuState | undefined;
}
