/**
 * The ports: what each number does. There is one entry for each port. A port that is not here,
 * or that has no such side, reads as all ones and ignores writes.
 *
 * README.md, one folder up, says how to add a device.
 */
import type { Console } from './console.ts';
import type { ContextState, GuestContext } from './context.ts';
import type { Disk } from './disk.ts';
import type { Iommu } from './iommu.ts';
import type { Network } from './network.ts';

/** Port numbers, for `in` and `out`. */
export const PORT = {
  POWER: 0x01,
  CONSOLE_DATA: 0x10,
  CONSOLE_CONTROL: 0x11,
  DISK_SECTOR: 0x20,
  DISK_ADDRESS: 0x21,
  DISK_COMMAND: 0x22,
  DISK_STATUS: 0x23,
  DISK_SIZE: 0x24,
  NET_TRANSMIT: 0x30,
  NET_RECEIVE: 0x31,
  NET_RING: 0x32,
  NET_START: 0x33,
  NET_CONTROL: 0x34,
  NET_STATUS: 0x35,
  NET_ADDRESS_LOW: 0x36,
  NET_ADDRESS_HIGH: 0x37,
  IOMMU_DISK: 0x40,
  IOMMU_NETWORK: 0x41,
  CONTEXT_AT: 0x50,
  CONTEXT_DATA: 0x51,
  CONTEXT_AGE: 0x52,
} as const;

/** A port as text: its number, and its name in guests/include/ring32.inc. */
export function portName(number: number): string {
  const name = Object.entries(PORT).find(([, known]) => known === number)?.[0];
  return `port 0x${number.toString(16)}${name === undefined ? '' : ` (PORT_${name})`}`;
}

/** The devices. Each must be a Component: without `save` and `restore` it does not compile (see DeviceStates). */
export interface Devices {
  readonly console: Console;
  readonly disk: Disk;
  readonly network: Network;
  readonly context: GuestContext;
}

/** The state of every device. */
export type DeviceStates = {
  readonly [Name in Exclude<keyof Devices, 'context'>]: ReturnType<Devices[Name]['save']>;
} & {
  /** Missing: the machine has no context. */
  readonly context?: ContextState | undefined;
};

/** The parts of the machine that ports can use. */
export interface Board extends Devices {
  /** The IOMMU; undefined if the machine does not have the feature. */
  readonly iommu: Iommu | undefined;
  /** The step count after the current instruction. */
  readonly after: number;
  /** Stops the machine. */
  powerOff(status: number): void;
}

interface Port {
  /** Returns the value that `in` reads, signed or unsigned. */
  readonly input?: (devices: Board) => number;
  readonly output?: (devices: Board, value: number) => void;
  /** The same in words, for the manual: what `out` does, what `in` reads. */
  readonly says: readonly [output: string, input: string];
}

const ports: ReadonlyMap<number, Port> = new Map<number, Port>([
  [
    PORT.POWER,
    {
      input: () => 0,
      output: (d, value) => d.powerOff(value >>> 0),
      says: ['stops the machine; the value is its exit status', '0'],
    },
  ],
  [
    PORT.CONSOLE_DATA,
    {
      input: (d) => d.console.take(),
      output: (d, value) => d.console.print(value),
      says: ['prints the low byte', 'takes the next byte of input; all ones if none waits'],
    },
  ],
  [
    PORT.CONSOLE_CONTROL,
    {
      input: (d) => (d.console.waits() ? 1 : 0),
      output: (d, value) => {
        d.console.interrupts = (value & 1) !== 0;
      },
      says: ['bit 0: input that waits makes line 1 pending', 'bit 0: input waits'],
    },
  ],
  [
    PORT.DISK_SECTOR,
    {
      input: (d) => d.disk.sector,
      output: (d, value) => {
        d.disk.sector = value >>> 0;
      },
      says: ['sets the sector of the next command', 'the same'],
    },
  ],
  [
    PORT.DISK_ADDRESS,
    {
      input: (d) => d.disk.address,
      output: (d, value) => {
        d.disk.address = value >>> 0;
      },
      says: ['sets the physical address for the next command', 'the same'],
    },
  ],
  [
    PORT.DISK_COMMAND,
    {
      output: (d, value) => d.disk.start(value >>> 0, d.after),
      says: ['starts a command: 1 reads a sector into memory, 2 writes it to the disk', 'all ones'],
    },
  ],
  [
    PORT.DISK_STATUS,
    {
      input: (d) => d.disk.status,
      output: (d) => d.disk.acknowledge(),
      says: ['any value: done or failed becomes idle', '0 idle, 1 busy, 2 done, 3 failed'],
    },
  ],
  [PORT.DISK_SIZE, { input: (d) => d.disk.sectors, says: ['nothing', 'sectors of the disk; 0 = no disk'] }],
  [
    PORT.NET_TRANSMIT,
    {
      input: (d) => d.network.transmit,
      output: (d, value) => {
        d.network.transmit = value;
      },
      says: ['sets the physical address of the transmit ring; the low 4 bits read as zero', 'the same'],
    },
  ],
  [
    PORT.NET_RECEIVE,
    {
      input: (d) => d.network.receive,
      output: (d, value) => {
        d.network.receive = value;
      },
      says: ['sets the physical address of the receive ring; the low 4 bits read as zero', 'the same'],
    },
  ],
  [
    PORT.NET_RING,
    {
      input: (d) => d.network.descriptors,
      output: (d, value) => {
        d.network.descriptors = value;
      },
      says: [
        'number of descriptors in each ring, at most 256; both start at their first; 0 = off',
        'the same',
      ],
    },
  ],
  [
    PORT.NET_START,
    {
      input: (d) => (d.network.sends ? 1 : 0),
      output: (d) => d.network.start(d.after),
      says: ['starts sending; ignored while the device sends', '1 while the device sends'],
    },
  ],
  [
    PORT.NET_CONTROL,
    {
      input: (d) => d.network.control,
      output: (d, value) => {
        d.network.control = value;
      },
      says: [
        'bits 3–0: which bits of the status make line 3 pending; bit 4: bridge; others are ignored',
        'the same',
      ],
    },
  ],
  [
    PORT.NET_STATUS,
    {
      input: (d) => d.network.status,
      output: (d, value) => d.network.acknowledge(value),
      says: [
        'clears the bits that are set in the value',
        'bit 0: sent, bit 1: received, bit 2: a descriptor or ring failed, bit 3: a frame was lost',
      ],
    },
  ],
  [
    PORT.NET_ADDRESS_LOW,
    {
      input: (d) => d.network.addressWord(0),
      says: ['nothing', 'bytes 0 to 3 of its own address, little-endian'],
    },
  ],
  [
    PORT.NET_ADDRESS_HIGH,
    {
      input: (d) => d.network.addressWord(4),
      says: ['nothing', 'bytes 4 and 5 of its own address, in bits 15–0'],
    },
  ],
  [
    PORT.IOMMU_DISK,
    {
      input: (d) => d.iommu?.read('disk') ?? -1,
      output: (d, value) => d.iommu?.write('disk', value),
      says: [
        "with the feature `iommu`: bits 31–12: frame of the root of the map for the disk's addresses, bit 0: the map is on",
        'the same',
      ],
    },
  ],
  [
    PORT.IOMMU_NETWORK,
    {
      input: (d) => d.iommu?.read('network') ?? -1,
      output: (d, value) => d.iommu?.write('network', value),
      says: ["the same for the network's addresses", 'the same'],
    },
  ],
  [
    PORT.CONTEXT_AT,
    {
      input: (d) => d.context.length,
      output: (d, value) => d.context.seek(value),
      says: [
        'sets the position of the next byte that is read',
        'bytes of the context; all ones if there is none',
      ],
    },
  ],
  [
    PORT.CONTEXT_DATA,
    {
      input: (d) => d.context.take(),
      says: ['nothing', 'takes the byte at the position, which moves on; all ones after the last byte'],
    },
  ],
  [
    PORT.CONTEXT_AGE,
    {
      input: (d) => d.context.age,
      says: ['nothing', 'the age of the context; all ones if there is none'],
    },
  ],
]);

/** Reads a port (signed word). */
export function inputFrom(devices: Board, port: number): number {
  return (ports.get(port >>> 0)?.input?.(devices) ?? -1) | 0;
}

/** Writes a port. */
export function outputTo(devices: Board, port: number, value: number): void {
  ports.get(port >>> 0)?.output?.(devices, value);
}

/** The ports as a table of the ISA manual, in Markdown. */
export const portsTable: string = [
  '| port | name | `out` | `in` |',
  '| --- | --- | --- | --- |',
  ...Object.entries(PORT).map(([name, port]) => {
    const [output, input] = (ports.get(port) as Port).says;
    return `| 0x${port.toString(16).padStart(2, '0')} | PORT_${name} | ${output} | ${input} |`;
  }),
].join('\n');
