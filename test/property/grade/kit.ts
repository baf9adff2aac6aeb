/**
 * What a submission gets: `ringlab/testing` as far as a monitor needs it, and the real
 * machine. All of it lives in the submission's own realm, from which nothing of ours can
 * be reached: what crosses the border, both ways, are numbers and texts (sandbox.ts).
 */
import { SR, STATUS, systemRegisters } from '../../../isa/table/sysregs.ts';
import type { Allocation, Monitor, MonitorFactory, RealMachine } from '../contract.ts';

export { PORT } from '../../../isa/machine/devices/ports.ts';
export { PTE } from '../../../isa/machine/translate.ts';
export { SR, STATUS, systemRegisters };
export { decode } from '../../../isa/table/table.ts';
export { CAUSE, LINE } from '../../../isa/table/traps.ts';

/** Everything of ours that a submission can call. Each returns undefined once the machine has been taken away from the monitor. */
export interface HostCalls {
  readSystem(number: number): number | undefined;
  writeSystem(number: number, value: number): number | undefined;
  read(address: number, width: number): number | undefined;
  write(address: number, width: number, value: number): number | undefined;
  input(port: number): number | undefined;
  output(port: number, value: number): number | undefined;
  wait(): number | undefined;
  /** Returns the trap's cause; value and steps by the two calls after it. */
  run(): number | undefined;
  trapValue(): number;
  trapSteps(): number;
  /** The submission printed so many characters; undefined: too many. */
  printed(count: number): number | undefined;
}

/** Those of them that are the machine's. */
export type MachineCalls = Omit<HostCalls, 'printed'>;

const systemCount = systemRegisters.length;

function machineOf(host: MachineCalls, storage: SharedArrayBuffer): RealMachine {
  const checked = (value: number | undefined): number => {
    if (value === undefined) throw new Error('the real machine does not answer any more');
    return value;
  };
  return {
    x: new Int32Array(storage, 0, 32),
    readSystem: (number) => checked(host.readSystem(Number(number))),
    writeSystem: (number, value) => void checked(host.writeSystem(Number(number), Number(value))),
    read: (address, width) => checked(host.read(Number(address), Number(width))),
    write: (address, width, value) => void checked(host.write(Number(address), Number(width), Number(value))),
    input: (port) => checked(host.input(Number(port))),
    output: (port, value) => void checked(host.output(Number(port), Number(value))),
    wait: () => void checked(host.wait()),
    run: () => {
      const cause = checked(host.run());
      return { cause, value: host.trapValue(), steps: host.trapSteps() };
    },
  };
}

/** One guest's monitor, its answers as texts. */
export interface Boxed {
  /** JSON of a Stop and the guest's state, or of what was thrown. */
  run(until: number): string;
}

/** Makes the monitor of one guest; a text says why that failed. */
export function makeMonitor(
  factory: unknown,
  host: MachineCalls,
  storage: SharedArrayBuffer,
  allocationText: string,
): Boxed | string {
  const { unprivileged, ...allocation } = JSON.parse(allocationText) as Omit<Allocation, 'unprivileged'> & {
    unprivileged: readonly string[];
  };
  let monitor: Monitor;
  try {
    const all = { ...allocation, unprivileged: new Set(unprivileged) };
    monitor = (factory as MonitorFactory)(machineOf(host, storage), all);
  } catch (error) {
    return said(error);
  }
  return {
    run: (until) => {
      try {
        const stop = monitor.run(until);
        const { pc, status, steps, waiting } = monitor.guest;
        const system = Array.from({ length: systemCount }, (_, n) => Number(monitor.guest.readSystem(n)));
        return JSON.stringify({ stop, pc, status, steps, waiting, system });
      } catch (error) {
        return JSON.stringify({ thrown: said(error) });
      }
    },
  };
}

/** What was thrown, in words. */
function said(error: unknown): string {
  try {
    if (!(error instanceof Error)) return `threw ${String(error)}`;
    return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
  } catch {
    return 'threw something that cannot be told';
  }
}

/** Gives the submission a console whose output counts for nothing. */
export function giveConsole(host: Pick<HostCalls, 'printed'>): void {
  const print = (...parts: unknown[]) => {
    const { length } = parts.map(String).join(' ');
    if (host.printed(length + 1) === undefined) throw new Error('it printed more than a monitor has to say');
  };
  const names = ['log', 'error', 'warn', 'info', 'debug', 'trace', 'table', 'dir'];
  Object.assign(globalThis, { console: Object.fromEntries(names.map((name) => [name, print])) });
}
