/** Guests on one network, in one process: what each prints, and every frame. */
import { CollectingConsole } from '../isa/machine/devices/console.ts';
import type { Machine } from '../isa/machine/machine.ts';
import { type Variant, variantNamed } from '../isa/table/variants.ts';
import { createGuest } from '../vmm/monitor/create-guest.ts';
import { addressNumber } from '../vmm/network/frame.ts';
import type { GuestPort } from '../vmm/network/guest-port.ts';
import { Lan } from '../vmm/network/lan.ts';
import { textOf } from './machine.ts';
import { memory, type Workbench } from './workbench.ts';

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
  /** What each guest has printed, in the order of the names. */
  readonly printed: () => readonly string[];
  readonly frames: readonly Passed[];
}

/** Connects guests of guests/ to a switch, by name; each runs on a bare machine, or under a monitor. */
export function plugIn(bench: Workbench, names: readonly string[], monitor = 'none'): Network {
  const lan = new Lan();
  const frames: Passed[] = [];
  lan.switch.onFrame = (from, { frame, at = 0 }, to) =>
    frames.push({ from: from.name, to: to.map(({ name }) => name), frame, at });
  const consoles = names.map(() => new CollectingConsole());
  const ports = names.map((name, n) => lan.port(addressNumber(n + 1), name));
  const machines = names.map((name, n) => {
    const port = ports[n] as GuestPort;
    const image = bench.image(`guests/${name}.s`);
    const options = { image, variant, memory, engine: 'interpreter', monitor } as const;
    const guest = createGuest({ ...options, console: consoles[n], network: port });
    lan.add(port, guest);
    return guest.machine;
  });
  return { lan, ports, machines, printed: () => consoles.map(({ printed }) => textOf(printed)), frames };
}
