/** Guests on the bare machine and under a monitor, side by side. */
import { createEngine, type Engine, type EngineName, storageFor } from '../../isa/engines/engine.ts';
import { Console } from '../../isa/machine/devices/console.ts';
import { MemoryDisk } from '../../isa/machine/devices/disk.ts';
import type { FastOptions } from '../../isa/engines/fast/fast.ts';
import type { NetworkLink } from '../../isa/machine/devices/network.ts';
import { type Image, loadImage } from '../../isa/machine/image.ts';
import { Machine } from '../../isa/machine/machine.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import { type Variant, variantNamed } from '../../isa/table/variants.ts';
import type { Monitor, MonitorOptions } from '../../vmm/monitor/monitor.ts';
import { createStack } from '../../vmm/monitor/stack.ts';
import type { VirtualMachine } from '../../vmm/monitor/virtual-machine.ts';
import { eager } from '../engines/compiled.ts';
import { difference, processorDifference } from '../property/lockstep.ts';

/** What a guest gets: the same for both. */
export interface Parts {
  readonly image: Image;
  readonly variant: string;
  readonly memory?: number;
  readonly input?: string;
  readonly disk?: Uint8Array;
  readonly network?: NetworkLink;
  /** The fast engine's; by default it compiles at once. */
  readonly fast?: FastOptions;
}

/** One of the two: a machine to look at, and how to run it. */
export interface Side {
  readonly machine: Machine;
  readonly printed: number[];
  readonly disk: MemoryDisk | undefined;
  readonly run: (until: number) => Stop;
  readonly engine: Engine;
  readonly guest?: VirtualMachine;
}

function devices({ input = '', disk }: Parts) {
  const printed: number[] = [];
  let rest: Uint8Array | undefined = new TextEncoder().encode(input);
  const source = () => {
    const bytes = rest;
    rest = undefined;
    return bytes?.length ? bytes : undefined;
  };
  return {
    printed,
    console: new Console((byte) => printed.push(byte), source),
    disk: disk && new MemoryDisk(disk),
  };
}

const defaultMemory = 2 ** 24;

/** The guest on a bare machine. */
export function bare(parts: Parts, engine: EngineName = 'interpreter'): Side {
  const { printed, console, disk } = devices(parts);
  const memory = parts.memory ?? defaultMemory;
  const variant = variantNamed(parts.variant) as Variant;
  const storage = storageFor(engine, memory);
  const { network } = parts;
  const machine = new Machine({
    variant,
    memory,
    console,
    storage,
    ...(disk ? { disk } : {}),
    ...(network ? { network } : {}),
  });
  loadImage(parts.image, machine.memory.bytes);
  machine.pc = parts.image.entry;
  const made = createEngine(engine, machine, parts.fast ?? eager);
  return { machine, printed, disk, engine: made, run: (until) => made.run(until) };
}

/** The guest under a monitor, or a stack of them; `more` for binary translation. */
export function monitored(
  parts: Parts,
  strategy: string,
  engine: EngineName = 'interpreter',
  more: Pick<MonitorOptions, 'translateUser' | 'cache' | 'countSaved' | 'fast'> = {},
): Side {
  const { printed, console, disk } = devices(parts);
  const { network } = parts;
  const guest = {
    image: parts.image,
    memory: parts.memory ?? defaultMemory,
    ...(network ? { network } : {}),
  };
  const monitors = createStack({
    fast: parts.fast ?? eager,
    ...more,
    guests: [guest],
    variant: variantNamed(parts.variant) as Variant,
    strategy,
    engine,
    console,
    ...(disk ? { disk } : {}),
  });
  const [outermost, innermost] = [monitors[0] as Monitor, monitors.at(-1) as Monitor];
  const [virtual] = innermost.guests as readonly [VirtualMachine];
  const run = (until: number) => innermost.runGuest(virtual, until);
  return { machine: virtual.cpu, printed, disk, engine: outermost.engine, guest: virtual, run };
}

/** The engines that a supervisor can tell apart under a strategy: where none of it runs directly, nothing is compiled. */
export function enginesUnder(strategy: string): readonly EngineName[] {
  return ['interpret', 'hybrid'].includes(strategy) ? ['interpreter'] : ['interpreter', 'fast'];
}

/** Strides after which memory is compared too. */
const memoryEvery = 512;

/** Runs both in lockstep, comparing every `stride` steps until both stop; returns the first difference found. */
export function lockstep(a: Side, b: Side, stride: number, most = 2_000_000): string | undefined {
  for (let [until, count] = [stride, 1]; until < most; until += stride, count += 1) {
    const stops = [a.run(until), b.run(until)] as const;
    const isOver = stops.some(({ kind }) => kind !== 'limit');
    const texts = isOver ? stops.map((stop) => JSON.stringify(stop)) : [];
    if (texts[0] !== texts[1]) return `at step ${a.machine.steps}: stopped as ${texts.join(' and as ')}`;
    const compare = count % memoryEvery === 0 || isOver ? difference : processorDifference;
    const found = compare(a.machine, b.machine);
    if (found !== undefined) return `at step ${a.machine.steps}: ${found}`;
    if (a.printed.length !== b.printed.length || a.printed.at(-1) !== b.printed.at(-1))
      return `at step ${a.machine.steps}: they printed different things`;
    if (isOver) break;
  }
  if (a.printed.join() !== b.printed.join()) return 'they printed different things';
  if (a.disk && b.disk && Buffer.compare(a.disk.bytes, b.disk.bytes) !== 0) return 'their disks differ';
  return undefined;
}
