/**
 * Encodes the state of a machine, bare or virtual, as bytes: everything but the contents of
 * memory and disk (format.ts), and nothing about the engine or the monitor.
 *
 * This file defines the values that each field may have. A device whose state has no shape here does not
 * compile.
 */
import type { ConsoleState } from '../../isa/machine/devices/console.ts';
import { CONTEXT_MAX, type ContextState } from '../../isa/machine/devices/context.ts';
import { DISK_STATUS, type DiskState } from '../../isa/machine/devices/disk.ts';
import {
  ADDRESS_BYTES,
  ARRIVALS_MAX,
  FRAME,
  NET_ALL,
  NET_BRIDGE,
  type NetworkState,
  RING_MAX,
} from '../../isa/machine/devices/network.ts';
import type { IommuState } from '../../isa/machine/devices/iommu.ts';
import type { DeviceStates } from '../../isa/machine/devices/ports.ts';
import { controlWords } from '../../isa/machine/control-block.ts';
import type { GuestModeState } from '../../isa/machine/guest-mode.ts';
import type { DiskRingState } from '../../isa/machine/paravirtual/disk-ring.ts';
import type { ParavirtualState } from '../../isa/machine/paravirtual/paravirtual.ts';
import type { MachineState } from '../../isa/machine/state.ts';
import { MEMORY, PAGE } from '../../isa/machine/storage.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import { STATUS, systemRegisters } from '../../isa/table/sysregs.ts';
import { decodeAs, encodeAs } from '../wire/codec.ts';
import {
  bytes,
  flag,
  integer,
  kinds,
  list,
  nullable,
  oneOf,
  optional,
  record,
  type Shape,
  step,
  unsigned,
  where,
  word,
} from '../wire/schema.ts';

/** The most console input that may wait in a state, in bytes. */
const mostInput = 64 * 2 ** 20;

const consoleState: Shape<ConsoleState> = record({ interrupts: flag, open: flag, input: bytes(mostInput) });

const diskState: Shape<DiskState> = where(
  record({
    sector: unsigned,
    address: unsigned,
    status: oneOf(...Object.values(DISK_STATUS)),
    command: nullable(record({ number: unsigned, sector: unsigned, address: unsigned, doneAt: step })),
  }),
  ({ status, command }) => (status === DISK_STATUS.BUSY) === (command !== null),
  'a command exactly when the status is busy',
);

const ring = where(unsigned, (address) => address % 16 === 0, 'a ring at a multiple of 16');

const arrival: Shape<NetworkState['arrivals'][number]> = record({
  at: step,
  frame: where(bytes(FRAME.MAX), ({ length }) => length >= FRAME.MIN, 'a frame'),
});

const networkState: Shape<NetworkState> = where(
  record({
    address: bytes(ADDRESS_BYTES, ADDRESS_BYTES),
    transmit: ring,
    receive: ring,
    descriptors: integer(0, RING_MAX),
    transmitNext: integer(0, RING_MAX - 1),
    receiveNext: integer(0, RING_MAX - 1),
    control: integer(0, NET_ALL | NET_BRIDGE),
    status: integer(0, NET_ALL),
    sendsAt: nullable(step),
    arrivals: list(arrival, 0, ARRIVALS_MAX),
  }),
  ({ descriptors, transmitNext, receiveNext, arrivals }) =>
    Math.max(transmitNext, receiveNext) < Math.max(descriptors, 1) &&
    arrivals.every(({ at }, n) => at >= (arrivals[n - 1]?.at ?? 0)),
  'places in the rings, and arrivals in the order of their steps',
);

const contextState: Shape<ContextState> = record({ text: bytes(CONTEXT_MAX), at: unsigned, age: unsigned });

const devices: { readonly [Name in keyof DeviceStates]-?: Shape<DeviceStates[Name]> } = {
  console: consoleState,
  disk: diskState,
  network: networkState,
  context: optional(contextState),
};

const stop: Shape<Stop> = kinds({
  limit: record({ kind: oneOf('limit') }),
  power: record({ kind: oneOf('power'), status: unsigned }),
  unhandled: record({ kind: oneOf('unhandled'), cause: unsigned, value: unsigned }),
  forever: record({ kind: oneOf('forever') }),
  input: record({ kind: oneOf('input') }),
  trap: record({ kind: oneOf('trap') }),
  break: record({ kind: oneOf('break') }),
});

const status = where(
  integer(0, STATUS.ALL),
  (value) => (value & ~STATUS.ALL) === 0,
  'only bits that STATUS has',
);

const system = where(
  list(word, systemRegisters.length),
  (values) => values.every((value, n) => keepsTo(systemRegisters[n]?.mask, value)),
  'only bits that each system register has',
);

function keepsTo(mask: number | undefined, value: number): boolean {
  return mask === undefined || (value & ~mask) === 0;
}

const page = where(unsigned, (address) => address % PAGE === 0, 'the address of a page');

const paravirtual: Shape<ParavirtualState> = record<ParavirtualState>({
  disk: where(
    record<DiskRingState>({
      page: nullable(page),
      done: unsigned,
      request: nullable(record({ command: unsigned, sector: unsigned, address: unsigned, doneAt: step })),
      event: flag,
    }),
    (ring) => ring.page !== null || (ring.request === null && !ring.event),
    'a request only where there is a ring',
  ),
  networkPage: nullable(page),
  absent: where(
    list(integer(0, MEMORY.max / PAGE - 1), 0, MEMORY.max / PAGE),
    (pages) => pages.every((one, n) => n === 0 || one > (pages[n - 1] as number)),
    'pages in ascending order',
  ),
});

const guestMode: Shape<GuestModeState> = record({
  block: where(unsigned, (at) => at % PAGE === 0, 'the address of a page'),
  controls: list(word, controlWords),
  injects: flag,
  lines: word,
  timerAt: nullable(step),
  timerPending: flag,
});

const map = where(unsigned, (root) => root % PAGE <= 1, 'the address of a page, and bit 0');

const iommu: Shape<IommuState> = record({ disk: map, network: map });

/** The shape of a machine's state. */
export const machineState: Shape<MachineState> = record<MachineState>({
  pc: unsigned,
  steps: step,
  status,
  waiting: flag,
  registers: where(list(word, 32), ([zero]) => zero === 0, 'x0 to be 0'),
  system,
  timerAt: nullable(step),
  timerPending: flag,
  stop: nullable(stop),
  guest: optional(guestMode),
  devices: record<DeviceStates>(devices),
  paravirtual: optional(paravirtual),
  iommu: optional(iommu),
});

/**
 * A machine's state as bytes. Equal states give equal bytes. Throws FieldError for a state that no machine can have.
 */
export function encodeState(state: MachineState): Uint8Array {
  return encodeAs(machineState, state);
}

/** The state in bytes that `encodeState` returned. Throws FieldError, which names the field. */
export function decodeState(encoded: Uint8Array): MachineState {
  return decodeAs(machineState, encoded);
}
