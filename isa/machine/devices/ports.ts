/**
 * The ports: which number does what. One entry a port; a port that is not here, or that
 * has no such side, reads as all ones and ignores writes.
 *
 * To add a device: its class beside this file, its ports here, its line in traps.ts.
 */
import type { Console } from './console.ts';
import type { Disk } from './disk.ts';

export const PORT = {
  POWER: 0x01,
  CONSOLE_DATA: 0x10,
  CONSOLE_CONTROL: 0x11,
  DISK_SECTOR: 0x20,
  DISK_ADDRESS: 0x21,
  DISK_COMMAND: 0x22,
  DISK_STATUS: 0x23,
  DISK_SIZE: 0x24,
} as const;

/** The devices. Each is a Component: one without `save` and `restore` does not compile (see DeviceStates). */
export interface Devices {
  readonly console: Console;
  readonly disk: Disk;
}

/** The state of every device. */
export type DeviceStates = { readonly [Name in keyof Devices]: ReturnType<Devices[Name]['save']> };

/** What ports act on. */
export interface Board extends Devices {
  /** Step count once the present instruction is done. */
  readonly after: number;
  /** Stops the machine. */
  powerOff(status: number): void;
}

interface Port {
  readonly input?: (devices: Board) => number;
  readonly output?: (devices: Board, value: number) => void;
}

/** Ports 0x30 to 0x37 are reserved for the network device. */
const ports: ReadonlyMap<number, Port> = new Map<number, Port>([
  [PORT.POWER, { input: () => 0, output: (d, value) => d.powerOff(value >>> 0) }],
  [PORT.CONSOLE_DATA, { input: (d) => d.console.take(), output: (d, value) => d.console.print(value) }],
  [
    PORT.CONSOLE_CONTROL,
    {
      input: (d) => (d.console.waits() ? 1 : 0),
      output: (d, value) => {
        d.console.interrupts = (value & 1) !== 0;
      },
    },
  ],
  [
    PORT.DISK_SECTOR,
    {
      input: (d) => d.disk.sector,
      output: (d, value) => {
        d.disk.sector = value >>> 0;
      },
    },
  ],
  [
    PORT.DISK_ADDRESS,
    {
      input: (d) => d.disk.address,
      output: (d, value) => {
        d.disk.address = value >>> 0;
      },
    },
  ],
  [PORT.DISK_COMMAND, { output: (d, value) => d.disk.start(value >>> 0, d.after) }],
  [PORT.DISK_STATUS, { input: (d) => d.disk.status, output: (d) => d.disk.acknowledge() }],
  [PORT.DISK_SIZE, { input: (d) => d.disk.sectors }],
]);

/** Reads a port (signed word). */
export function inputFrom(devices: Board, port: number): number {
  return (ports.get(port >>> 0)?.input?.(devices) ?? -1) | 0;
}

/** Writes a port. */
export function outputTo(devices: Board, port: number, value: number): void {
  ports.get(port >>> 0)?.output?.(devices, value);
}
