/**
 * The real disk controller, given to a guest in guest mode: the guest drives it by its ports, without exits, and it moves
 * data to addresses that the guest has chosen. While the guest does not run, the monitor has the controller back, for its own
 * driver (physical.ts); the guest's registers of it are in the virtual disk then, and a command under way waits, as the guest
 * does. So the guest finds the disk's time to be its own, as everything else's.
 */
import type { Disk, DiskState } from '../../isa/machine/devices/disk.ts';
import { PORT } from '../../isa/machine/devices/ports.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import { PTE } from '../../isa/machine/translate.ts';

/** Ports of the disk controller. */
export const diskPorts: readonly number[] = [
  PORT.DISK_SECTOR,
  PORT.DISK_ADDRESS,
  PORT.DISK_COMMAND,
  PORT.DISK_STATUS,
  PORT.DISK_SIZE,
];

export class PassedDisk {
  readonly #real: Machine;
  readonly #virtual: Disk;
  readonly #map: number;

  /** `virtual`: the guest's disk. `map`: the physical address of the root of the guest's nested map, for the IOMMU. */
  constructor(real: Machine, virtual: Disk, map: number) {
    this.#real = real;
    this.#virtual = virtual;
    this.#map = map;
  }

  /** Gives the controller to the guest, whose steps are the machine's plus `ahead`. */
  give(ahead: number): void {
    this.#real.disk.restore(later(this.#virtual.save(), -ahead));
    this.#real.output(PORT.IOMMU_DISK, this.#map | PTE.V);
  }

  /** Takes it back. */
  takeBack(ahead: number): void {
    const { disk } = this.#real;
    this.#virtual.restore(later(disk.save(), ahead));
    this.#real.output(PORT.IOMMU_DISK, 0);
    disk.restore({ sector: 0, address: 0, status: 0, command: null });
  }
}

function later(state: DiskState, steps: number): DiskState {
  const { command } = state;
  return command === null ? state : { ...state, command: { ...command, doneAt: command.doneAt + steps } };
}
