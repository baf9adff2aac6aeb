/** Guests that make calls to the monitor. */
import type { EngineName } from '../../../isa/engines/engine.ts';
import { CollectingConsole } from '../../../isa/machine/devices/console.ts';
import { MemoryDisk } from '../../../isa/machine/devices/disk.ts';
import type { NetworkLink } from '../../../isa/machine/devices/network.ts';
import type { Machine } from '../../../isa/machine/machine.ts';
import { calls } from '../../../isa/machine/paravirtual/calls.ts';
import type { Image } from '../../../isa/machine/image.ts';
import { variantNamed } from '../../../isa/table/variants.ts';
import { createGuest, type Guest } from '../../../vmm/monitor/create-guest.ts';
import { image } from '../../vmm/assembled.ts';

/** Bytes of memory of these guests. */
export const MEMORY = 2 ** 20;

/** Bytes of the disk: 16 sectors, each of them different. */
const diskBytes = () => Uint8Array.from({ length: 16 * 512 }, (_, n) => n * 7 + (n >>> 9));

export interface Made {
  readonly image: Image;
  readonly guest: Guest;
  readonly machine: Machine;
  readonly console: CollectingConsole;
  readonly disk: MemoryDisk | undefined;
}

export interface Making {
  readonly monitor?: string;
  readonly engine?: EngineName;
  readonly paravirtual?: boolean;
  readonly variant?: string;
  readonly network?: NetworkLink;
  readonly isDiskless?: boolean | undefined;
  /** What makes the guest: ours, or a mutant's. */
  readonly make?: typeof createGuest | undefined;
}

/** A guest with this text. */
export function made(
  text: string,
  { variant = 'ring32-v', paravirtual = true, isDiskless = false, make = createGuest, ...how }: Making = {},
): Made {
  const console = new CollectingConsole();
  const disk = isDiskless ? undefined : new MemoryDisk(diskBytes());
  const program = image(text);
  const guest = make({
    image: program,
    memory: MEMORY,
    variant: variantNamed(variant),
    engine: 'interpreter',
    console,
    disk,
    paravirtual,
    fast: { hot: 1 },
    ...how,
  });
  return { image: program, guest, machine: guest.machine, console, disk };
}

/** The number of a call. */
export function numberOf(name: string): number {
  const call = calls.find((one) => one.name === name);
  if (call === undefined) throw new Error(`no call ${name}`);
  return call.number;
}

/** Assembly that makes a call. */
export function call(name: string, ...args: readonly (number | string)[]): string {
  const set = args.map((value, n) => `    li   a${n}, ${value}\n`).join('');
  return `${set}    li   a7, ${numberOf(name)}\n    vmcall\n`;
}

/** Assembly that powers off with status 0. */
export const powerOff = '    li   t0, 1\n    out  t0, zero\n';
