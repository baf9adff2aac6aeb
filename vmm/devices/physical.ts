/** Physical drivers: the monitor's use of the real machine's devices, by their ports, as any ring-0 software. */
import { DISK_STATUS } from '../../isa/machine/devices/disk.ts';
import { PORT } from '../../isa/machine/devices/ports.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import { SR } from '../../isa/table/sysregs.ts';

/** Prints a byte on the real console. */
export function printByte(real: Machine, byte: number): void {
  real.output(PORT.CONSOLE_DATA, byte);
}

/** The next byte of the real console's input, or -1. */
export function readByte(real: Machine): number {
  return real.input(PORT.CONSOLE_DATA);
}

/**
 * Moves one sector between the real disk and `page` of real memory and waits, in `hlt`,
 * until it is done. Returns whether the disk could. Time passes on the real machine only.
 */
export function moveSector(real: Machine, sector: number, page: number, command: 'read' | 'write'): boolean {
  real.writeSystem(SR.TIMER, 0);
  real.output(PORT.DISK_SECTOR, sector);
  real.output(PORT.DISK_ADDRESS, page);
  real.output(PORT.DISK_COMMAND, command === 'read' ? 1 : 2);
  while (real.input(PORT.DISK_STATUS) === DISK_STATUS.BUSY) {
    real.wait();
    real.settle(Number.POSITIVE_INFINITY);
  }
  const done = real.input(PORT.DISK_STATUS) === DISK_STATUS.DONE;
  real.output(PORT.DISK_STATUS, 0);
  return done;
}
