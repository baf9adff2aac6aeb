/**
 * A hostile guest and an honest neighbour under one monitor, each compared with itself on
 * a bare machine; and all other memory looked at for traces of an escape.
 */
import type { EngineName } from '../../isa/engines/engine.ts';
import { FastEngine } from '../../isa/engines/fast/fast.ts';
import { Interpreter } from '../../isa/engines/interpreter/interpreter.ts';
import { Console } from '../../isa/machine/devices/console.ts';
import { MemoryDisk } from '../../isa/machine/devices/disk.ts';
import { type Image, loadImage } from '../../isa/machine/image.ts';
import { Machine } from '../../isa/machine/machine.ts';
import { WATCH } from '../../isa/machine/memory.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import { PTE } from '../../isa/machine/translate.ts';
import { hex } from '../../isa/table/disassemble.ts';
import { SR } from '../../isa/table/sysregs.ts';
import { type Variant, variants } from '../../isa/table/variants.ts';
import { Monitor } from '../../vmm/monitor/monitor.ts';
import type { VirtualMachine } from '../../vmm/monitor/virtual-machine.ts';
import { compiledSteps, eager } from '../engines/compiled.ts';
import { difference } from '../property/lockstep.ts';
import { cleanStorage } from '../property/own.ts';
import { memorySize, newDisk, place, type Program } from '../property/program.ts';
import { image } from './assembled.ts';

const variant = variants[0] as Variant;
const neighbourMemory = 2 ** 17;
/** Steps that the neighbour makes between two slices of the other. */
const neighbourSlice = 50;

/** Counts, in an address space of its own, and writes the count about; calls; takes its timer. */
const neighbour = image(`
    .globl _start
_start:
    la   t0, 3f
    mts  TVEC, t0
    li   t0, 0x3000
    li   t1, 0x4001
    sw   t1, 0(t0)
    li   t2, 0x4000
    li   t3, 0xf
    li   t4, 0x2000f
    li   t5, 0x1000
1:  sw   t3, 0(t2)
    addi t2, t2, 4
    add  t3, t3, t5
    bne  t3, t4, 1b
    addi t0, t0, 1
    mts  PTBR, t0
    li   s0, 0x8000
    li   s1, 1
2:  sw   s1, 0(s0)
    lw   s2, 0(s0)
    add  s1, s1, s2
    addi s0, s0, 68
    slli s0, s0, 17
    srli s0, s0, 17
    lui  s3, 8
    or   s0, s0, s3
    li   t0, 13
    mts  TIMER, t0
    sti
    j    2b
3:  addi s4, s4, 1
    iret
`);

/** An image with nothing in it: the program is put in by hand. */
const empty: Image = { ...neighbour, entry: 0, segments: [] };

/** A guest alone on a bare machine. */
function alone(memory: number, disk: MemoryDisk): { machine: Machine; run: (until: number) => Stop } {
  const machine = new Machine({ memory, variant, disk });
  const interpreter = new Interpreter(machine);
  return { machine, run: (until) => interpreter.run(until) };
}

export interface Encounter {
  /** What went wrong first, in words; undefined = nothing. */
  readonly difference: string | undefined;
  readonly steps: number;
  /** Steps of the hostile guest that ran directly. */
  readonly direct: number;
  /** Names of its exits. */
  readonly exits: readonly string[];
  /** Steps that compiled code made, of both guests. */
  readonly compiled: number;
}

const poison = 0xa5;
const sectors = 8;

/** Runs the program beside the neighbour, first or second in memory. Nothing that happens is thrown. */
export function encounter(
  program: Program,
  strategy: string,
  engine: EngineName,
  second: boolean,
): Encounter {
  const guests = [
    { image: empty, memory: memorySize, sectors },
    { image: neighbour, memory: neighbourMemory, sectors: 1 },
  ];
  const real = new MemoryDisk(newDisk(sectors + 1));
  const monitor = new Monitor({
    guests: second ? guests.toReversed() : guests,
    variant,
    strategy,
    engine,
    console: new Console(() => {}),
    disk: real,
    ...(engine === 'interpreter'
      ? {}
      : { storage: cleanStorage(), fast: strategy === 'hybrid' ? eager : { hot: 24 } }),
  });
  const [hostile, honest] = (second ? monitor.guests.toReversed() : monitor.guests) as [
    VirtualMachine,
    VirtualMachine,
  ];
  let found: string | undefined;
  try {
    found = meet(program, { monitor, real, hostile, honest });
  } catch (error) {
    found = `the monitor threw ${(error as Error).stack}`;
  }
  const compiled = compiledSteps(monitor.engine);
  if (monitor.engine instanceof FastEngine) monitor.engine.close();
  const { direct, exits } = hostile.ledger;
  return { difference: found, steps: hostile.cpu.steps, direct, exits: [...exits.keys()], compiled };
}

interface Party {
  readonly monitor: Monitor;
  readonly real: MemoryDisk;
  readonly hostile: VirtualMachine;
  readonly honest: VirtualMachine;
}

function meet(program: Program, { monitor, real, hostile, honest }: Party): string | undefined {
  const first = hostile.allocation.firstSector * 512;
  const expected = newDisk(sectors + 1);
  const disk = new MemoryDisk(expected.subarray(first, first + sectors * 512));
  const one = alone(memorySize, disk);
  // Of several guests, only the first has the console's input.
  if (hostile !== monitor.guests[0]) one.machine.console.close();
  const other = alone(neighbourMemory, new MemoryDisk(new Uint8Array(512)));
  place(program, one.machine);
  loadImage(neighbour, other.machine.memory.bytes);
  other.machine.pc = neighbour.entry;
  const page = monitor.guests.reduce((end, { allocation }) => end + allocation.size, 0);
  monitor.real.memory.bytes.fill(poison, page, page + PAGE);
  monitor.runGuest(hostile, 0);
  place(program, hostile.cpu);
  let running = true;
  for (const slice of program.slices) {
    if (running) {
      const until = one.machine.steps + slice;
      monitor.real.writeSystem(SR.PTBR, 0); // What is there afterwards was put there for this guest.
      const stops = [one.run(until), monitor.runGuest(hostile, until)].map((stop) => JSON.stringify(stop));
      if (stops[0] !== stops[1]) return `stopped as ${stops.join(' and as ')}`;
      const found = difference(one.machine, hostile.cpu) ?? trespass(monitor, hostile, page);
      if (found !== undefined) return found;
      running = stops[0]?.includes('limit') ?? false;
    }
    const until = other.machine.steps + neighbourSlice;
    const stop = [other.run(until).kind, monitor.runGuest(honest, until).kind];
    const found = difference(other.machine, honest.cpu);
    if (stop[0] !== stop[1] || found !== undefined) return `the neighbour: ${stop.join()} ${found}`;
  }
  expected.set(disk.bytes, first);
  return Buffer.compare(real.bytes, expected) === 0 ? undefined : 'the disks differ';
}

/**
 * What the guest reaches, or has written, that is not its own; or a traced page of its own that it
 * could write unseen. The monitor's memory begins at `page`.
 */
function trespass(monitor: Monitor, guest: VirtualMachine, page: number): string | undefined {
  const { bytes, words, watched } = monitor.real.memory;
  for (let at = page + 512; at < page + PAGE; at++) {
    if (bytes[at] !== poison) return `the monitor's transfer page was written at ${hex(at)}`;
  }
  const ptbr = monitor.real.readSystem(SR.PTBR);
  if ((ptbr & 1) === 0) return undefined;
  const { at, size } = guest.allocation;
  for (let n = 0; n < 1024; n++) {
    const pointer = words[((ptbr & PTE.FRAME) >>> 2) + n] as number;
    if (pointer !== 0 && (n === 1023 || (pointer & PTE.FRAME) <= page))
      return `shadow root entry ${n} is ${hex(pointer)}`;
  }
  for (const [n, k, entry] of leaves(words, ptbr)) {
    const frame = (entry & PTE.FRAME) >>> 0;
    if (frame < at || frame >= at + size) return `shadow entry ${n}, ${k} is ${hex(entry)}`;
    const isTraced = ((watched[frame / PAGE] as number) & WATCH.TRACE) !== 0;
    if (isTraced && (entry & PTE.W) !== 0) return `a traced page can be written at entry ${n}, ${k}`;
  }
  return undefined;
}

/** Entries of page tables that are not 0, with their places in both levels. */
function* leaves(words: Int32Array, ptbr: number): Generator<readonly [number, number, number]> {
  for (let n = 0; n < 1024; n++) {
    const pointer = words[((ptbr & PTE.FRAME) >>> 2) + n] as number;
    if (pointer === 0) continue;
    for (let k = 0; k < 1024; k++) {
      const entry = words[((pointer & PTE.FRAME) >>> 2) + k] as number;
      if (entry !== 0) yield [n, k, entry];
    }
  }
}
