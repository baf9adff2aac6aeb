/**
 * The timeline of techniques: one guest under each way in which virtual machine monitors have run guests, from interpretation
 * to passthrough, with the hardware's features switched on one by one. For each technique it counts the exits to the monitor,
 * by what they are about, and measures the time.
 *
 * The counts are exact, and the same on every host. The times are of this host, and of a monitor in TypeScript. What an exit
 * costs on a processor is neither: it is a parameter of the model in timeline-report.ts.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { assemble } from '../assembler/index.ts';
import { utf8 } from '../isa/machine/bytes.ts';
import { CollectingConsole } from '../isa/machine/devices/console.ts';
import { MemoryDisk, SECTOR } from '../isa/machine/devices/disk.ts';
import { type Image, readImage } from '../isa/machine/image.ts';
import type { Feature } from '../isa/table/features.ts';
import { type Variant, variantNamed } from '../isa/table/variants.ts';
import { EXIT } from '../vmm/guest/ledger.ts';
import { createGuest } from '../vmm/monitor/create-guest.ts';
import { guestFolder } from './catalogue.ts';
import { usage, wrongResult } from './failure.ts';
import { median } from './statistics.ts';
import type { ExitKind, TimelineResult } from './timeline-kinds.ts';

/** A way to run guests. */
interface Technique {
  /** The year of its first product or paper; empty for the bare machine. */
  readonly year: string;
  readonly name: string;
  readonly monitor: string;
  readonly isa: string;
  readonly features?: readonly Feature[];
  /** The guest makes calls to the monitor: it is a port of the other one. */
  readonly paravirtual?: boolean;
}

/**
 * The techniques. The years: Goldberg's and Popek's paper; VMware Workstation; Xen; Intel's VT-x; AMD's nested paging; Intel's
 * virtual APIC and devices that are passed through.
 */
const techniques: readonly Technique[] = [
  { year: '', name: 'bare machine', monitor: 'none', isa: 'ring32-v' },
  { year: '', name: 'interpretation', monitor: 'interpret', isa: 'ring32-v' },
  { year: '1974', name: 'trap-and-emulate', monitor: 'trap-and-emulate', isa: 'ring32-v' },
  { year: '1999', name: 'binary translation', monitor: 'binary-translation', isa: 'ring32-x' },
  {
    year: '2003',
    name: 'paravirtualization',
    monitor: 'trap-and-emulate',
    isa: 'ring32-v',
    paravirtual: true,
  },
  { year: '2005', name: 'guest mode', monitor: 'hardware', isa: 'ring32-x' },
  { year: '2008', name: '+ nested paging', monitor: 'hardware-nested', isa: 'ring32-x' },
  {
    year: '2012',
    name: '+ virtual interrupts',
    monitor: 'hardware-nested',
    isa: 'ring32-x',
    features: ['virtual-timer'],
  },
  {
    year: '2012',
    name: '+ console passed',
    monitor: 'hardware-nested',
    isa: 'ring32-x',
    features: ['virtual-timer', 'ports'],
  },
  {
    year: '2012',
    name: '+ disk passed',
    monitor: 'hardware-nested',
    isa: 'ring32-x',
    features: ['virtual-timer', 'ports', 'iommu'],
  },
];

interface TimelineGuest {
  readonly name: string;
  readonly file: string;
  /** The file of its port to calls, if there is one. */
  readonly ported?: string;
  /** Texts on its disk, one a sector; none = it has no disk. */
  readonly sectors: readonly string[];
  readonly input: string;
}

const guests: readonly TimelineGuest[] = [
  { name: 'mini.s', file: 'kernel/mini.s', sectors: [], input: '' },
  {
    name: 'kernel.s',
    file: 'kernel/kernel.s',
    ported: 'kernel/ported.s',
    sectors: ['One machine, many processes.\n', 'One monitor, many machines.\n', 'Files are left to you.\n'],
    input: 'Ada\n',
  },
];

/** Bytes of the guest's memory. */
const memory = 2 ** 20;

export interface TimelineOptions {
  /** The guests to run, by file name; default all. */
  readonly only?: readonly string[];
  /** Runs of each, for the median of the time; default 5. */
  readonly runs?: number;
  readonly progress: (text: string) => void;
}

/** Runs the guests. Throws BenchFailure for an unknown guest, and if a guest prints something else than on the bare machine. */
export function benchTimeline({ only, runs = 5, progress }: TimelineOptions): readonly TimelineResult[] {
  const unknown = only?.find((name) => !guests.some((guest) => guest.name === name));
  if (unknown !== undefined)
    throw usage(`no guest "${unknown}"; choose from ${guests.map(({ name }) => name).join(', ')}`);
  return guests
    .filter(({ name }) => only?.includes(name) ?? true)
    .flatMap((guest) => timelineOf(guest, runs, progress));
}

function timelineOf(
  guest: TimelineGuest,
  runs: number,
  progress: TimelineOptions['progress'],
): TimelineResult[] {
  const image = imageOf(guest.file);
  const ported = guest.ported === undefined ? undefined : imageOf(guest.ported);
  let bare: string | undefined;
  return techniques
    .filter(({ paravirtual }) => !paravirtual || ported !== undefined)
    .map((technique) => {
      progress(`${guest.name}, ${technique.name}`);
      const program = technique.paravirtual ? (ported as Image) : image;
      const made = Array.from({ length: runs }, () => run(program, guest, technique));
      const { printed, steps, exits } = made[0] as Made;
      bare ??= printed;
      // The port runs other code in the kernel, so its times, and what it prints of them, are its own.
      if (!technique.paravirtual && printed !== bare)
        throw wrongResult(
          `${guest.name} under ${technique.name} does not print what it prints on the bare machine`,
        );
      const { year, name } = technique;
      return { guest: guest.name, year, technique: name, steps, exits, ms: median(made.map(({ ms }) => ms)) };
    });
}

interface Made extends Pick<TimelineResult, 'steps' | 'exits' | 'ms'> {
  readonly printed: string;
}

function run(image: Image, { sectors, input }: TimelineGuest, technique: Technique): Made {
  const { monitor, isa, features, paravirtual } = technique;
  const console = new CollectingConsole(input);
  const guest = createGuest({
    image,
    memory,
    monitor,
    variant: variantNamed(isa) as Variant,
    features,
    paravirtual,
    console,
    disk: sectors.length === 0 ? undefined : diskOf(sectors),
  });
  const before = process.cpuUsage();
  const stop = guest.run();
  const { user, system } = process.cpuUsage(before);
  const exits = { instructions: 0, traps: 0, memory: 0, interrupts: 0, translation: 0, calls: 0 };
  for (const [name, count] of guest.ledger?.exits ?? []) exits[kindOf(name)] += count;
  return {
    printed: `${console.text}${JSON.stringify(stop)}`,
    steps: guest.machine.steps,
    exits,
    ms: (user + system) / 1000,
  };
}

function diskOf(sectors: readonly string[]): MemoryDisk {
  const bytes = new Uint8Array(sectors.length * SECTOR);
  for (const [n, text] of sectors.entries()) bytes.set(utf8(text), n * SECTOR);
  return new MemoryDisk(bytes);
}

const interrupts: ReadonlySet<string> = new Set([EXIT.TURN, EXIT.WINDOW, EXIT.IDLE]);

/** What an exit of that name (vmm/guest/ledger.ts) is about. */
function kindOf(name: string): ExitKind {
  if (interrupts.has(name)) return 'interrupts';
  switch (name.slice(0, name.indexOf(':'))) {
    case 'emulated':
      return 'instructions';
    case 'reflected':
      return 'traps';
    case 'call':
      return 'calls';
    case 'translator':
    case 'callout':
      return 'translation';
    default:
      return 'memory';
  }
}

/** A guest of guests/. Throws the assembler's errors. */
function imageOf(name: string): Image {
  const path = `${guestFolder()}${name}`;
  const readFile = (included: string, from: string) => readFileSync(resolve(dirname(from), included));
  return readImage(assemble([{ name: path, text: readFileSync(path, 'utf8') }], { readFile }).elf);
}
