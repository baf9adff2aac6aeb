/** Subjects to record and run again: random programs and guests, under any engine and monitor. */
import { crc32 } from 'node:zlib';
import type { EngineName } from '../../../isa/engines/engine.ts';
import type { FastOptions } from '../../../isa/engines/fast/fast.ts';
import { MemoryDisk } from '../../../isa/machine/devices/disk.ts';
import type { Image } from '../../../isa/machine/image.ts';
import { type Variant, variantNamed, variants } from '../../../isa/table/variants.ts';
import { RecordedDevices } from '../../../vmm/replay/devices.ts';
import { createSubject, type Subject } from '../../../vmm/replay/subject.ts';
import { Timeline, type TimelineOptions } from '../../../vmm/replay/timeline.ts';
import { eager, steady } from '../../engines/compiled.ts';
import { cleanStorage } from '../../property/own.ts';
import { imageOf, memorySize, newDisk, type Program } from '../../property/program.ts';

export interface Way {
  readonly monitor: string;
  readonly engine: EngineName;
  readonly fast?: FastOptions;
}

/** Every way to run a guest. */
export const ways: readonly Way[] = [
  'none',
  'trap-and-emulate',
  'hybrid',
  'interpret',
  'binary-translation',
].flatMap((monitor) => (['interpreter', 'fast'] as const).map((engine) => ({ monitor, engine })));

/** Stacks of monitors, for tests that are long anyway. */
export const stacks: readonly Way[] = [
  { monitor: 'trap-and-emulate/binary-translation', engine: 'interpreter' },
  { monitor: 'binary-translation/hybrid', engine: 'interpreter' },
  { monitor: 'trap-and-emulate/trap-and-emulate', engine: 'fast' },
];

export interface Run {
  readonly subject: Subject;
  readonly timeline: Timeline;
  readonly printed: number[];
}

/** Checkpoints often, by a clock that goes on at each look: no two runs differ. */
function often(): TimelineOptions {
  return byTicks({ least: 16, most: 64 });
}

/** As `often`, in longer bursts. */
export function byTicks(burst: NonNullable<TimelineOptions['burst']>): TimelineOptions {
  let time = 0;
  return { burst, interval: 12, clock: () => (time += 2.5) };
}

/** Real memory that suffices for any of these monitors, and of their stacks. */
const enough = 2 ** 22;

/** A random program at its first step. Of those on the fast engine, one at a time. */
export function randomRun(
  program: Program,
  { monitor, engine }: Way,
  options: TimelineOptions = often(),
): Run {
  const printed: number[] = [];
  const disk = new MemoryDisk(newDisk());
  const input = program.input.length === 0 ? {} : { input: Uint8Array.from(program.input) };
  const devices = new RecordedDevices({ print: (byte) => printed.push(byte), disk, ...input });
  const subject = createSubject({
    image: imageOf(program),
    variant: variants[0] as Variant,
    memory: memorySize,
    engine,
    fast: monitor === 'none' ? eager : steady,
    monitor,
    devices,
    ...(engine === 'fast' ? { storage: cleanStorage(enough) } : {}),
  });
  return { subject, printed, timeline: new Timeline(subject, options) };
}

export interface GuestParts {
  readonly variant?: string;
  readonly memory?: number;
  readonly input?: string;
  readonly disk?: Uint8Array;
}

/** A guest at its first step. */
export function guestRun(
  image: Image,
  way: Way,
  parts: GuestParts = {},
  options: TimelineOptions = often(),
): Run {
  const printed: number[] = [];
  const { variant = 'ring32-v', memory = 2 ** 20, input, disk } = parts;
  const devices = new RecordedDevices({
    print: (byte) => printed.push(byte),
    ...(input === undefined ? {} : { input: new TextEncoder().encode(input) }),
    ...(disk ? { disk: new MemoryDisk(disk) } : {}),
  });
  const subject = createSubject({
    image,
    variant: variantNamed(variant) as Variant,
    memory,
    fast: eager,
    ...way,
    devices,
  });
  return { subject, printed, timeline: new Timeline(subject, options) };
}

/** All that the guest is, as text: two that are alike go on alike. */
export function digest({ subject }: Run): string {
  const { machine, devices } = subject;
  const state = { machine: machine.save(), devices: devices.save() };
  const sectors = devices.disk === undefined ? [] : sectorsOf(devices.disk);
  return [JSON.stringify(state), crc32(machine.memory.bytes), ...sectors.map((bytes) => crc32(bytes))].join();
}

function sectorsOf(disk: {
  readonly sectors: number;
  read(n: number, into: Uint8Array): void;
}): Uint8Array[] {
  return Array.from({ length: disk.sectors }, (_, n) => {
    const bytes = new Uint8Array(512);
    disk.read(n, bytes);
    return bytes;
  });
}
