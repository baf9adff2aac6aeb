/** Guests of guests/ on one network, in one process: what each prints, and every frame. */
import { createEngine } from '../isa/engines/engine.ts';
import { Console } from '../isa/machine/devices/console.ts';
import { loadImage } from '../isa/machine/image.ts';
import { Machine } from '../isa/machine/machine.ts';
import { type Variant, variantNamed } from '../isa/table/variants.ts';
import { Monitor } from '../vmm/monitor/monitor.ts';
import type { VirtualMachine } from '../vmm/monitor/virtual-machine.ts';
import { addressNumber } from '../vmm/network/frame.ts';
import type { GuestPort } from '../vmm/network/guest-port.ts';
import { Lan, type LanGuest } from '../vmm/network/lan.ts';
import { imageOf } from './monitor.ts';

const memory = 2 ** 20;
const variant = variantNamed('ring32-v') as Variant;

/** A frame that passed the switch. */
export interface Passed {
  readonly from: string;
  readonly to: readonly string[];
  readonly frame: Uint8Array;
  /** The step at which it arrives. */
  readonly at: number;
}

export interface Network {
  readonly lan: Lan;
  readonly ports: readonly GuestPort[];
  readonly machines: readonly Machine[];
  /** What each guest has printed, in the order of the files. */
  readonly printed: () => readonly string[];
  readonly frames: readonly Passed[];
}

/** Plugs the guests in, on bare machines, or each under a monitor's strategy. */
export function plugIn(files: readonly string[], strategy?: string): Network {
  const lan = new Lan();
  const printed: number[][] = files.map(() => []);
  const frames: Passed[] = [];
  lan.switch.onFrame = (from, { frame, at = 0 }, to) =>
    frames.push({ from: from.name, to: to.map(({ name }) => name), frame, at });
  const ports = files.map((file, n) => lan.port(addressNumber(n + 1), file.replace('.s', '')));
  const machines = files.map((file, n) => {
    const port = ports[n] as GuestPort;
    const console = new Console((byte) => printed[n]?.push(byte));
    const guest = (strategy === undefined ? bare : monitored)(file, port, console, strategy ?? '');
    lan.add(port, guest);
    return guest.machine;
  });
  return {
    lan,
    ports,
    machines,
    printed: () => printed.map((bytes) => Buffer.from(bytes).toString()),
    frames,
  };
}

function bare(file: string, network: GuestPort, console: Console): LanGuest {
  const machine = new Machine({ variant, memory, console, network });
  const image = imageOf(file);
  loadImage(image, machine.memory.bytes);
  machine.pc = image.entry;
  const engine = createEngine('interpreter', machine);
  return { machine, run: (until) => engine.run(until) };
}

function monitored(file: string, network: GuestPort, console: Console, strategy: string): LanGuest {
  const guests = [{ image: imageOf(file), memory, network }];
  const monitor = new Monitor({ guests, variant, strategy, engine: 'interpreter', console });
  const guest = monitor.guests[0] as VirtualMachine;
  return { machine: guest.cpu, run: (until) => monitor.runGuest(guest, until) };
}
