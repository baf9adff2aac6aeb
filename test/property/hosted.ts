/** Candidates: monitors that implement the interface of contract.ts, each on a real machine in this process. */
import { Interpreter } from '../../isa/engines/interpreter/interpreter.ts';
import { MemoryDisk, SECTOR } from '../../isa/machine/devices/disk.ts';
import { PORT } from '../../isa/machine/devices/ports.ts';
import { loadImage } from '../../isa/machine/image.ts';
import { Machine } from '../../isa/machine/machine.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import { PAGE, type Storage } from '../../isa/machine/storage.ts';
import { SR } from '../../isa/table/sysregs.ts';
import { decode } from '../../isa/table/table.ts';
import type { Variant } from '../../isa/table/variants.ts';
import type { Allocation, Monitor, MonitorFactory, RealMachine, Trap } from './contract.ts';
import { newConsole } from './own.ts';
import { diskSectors, imageOf, memorySize, newDisk, type Program, word } from './program.ts';
import { type Candidate, type Subject, Trespass } from './subject.ts';
import { type Ground, Watch } from './watch.ts';

/**
 * The real machine's memory, in pages: 8 of poison, the guest's 32, 8 of poison, 64 for the monitor.
 * Its disk, in sectors: 4 of poison, the guest's, 4 of poison.
 */
const before = 8 * PAGE;
const ownPages = 64;
export const guestRange = { at: before, size: memorySize };
const ownRange = { at: before + memorySize + before, size: ownPages * PAGE };
const firstSector = 4;

/** Bytes of the real machine's memory. */
export const realSize = ownRange.at + ownRange.size;

const ground: Ground = {
  guest: guestRange,
  own: ownRange,
  poisoned: [
    { at: 0, size: before },
    { at: before + memorySize, size: before },
  ],
  guestDisk: { at: firstSector * SECTOR, size: diskSectors * SECTOR },
  poisonedDisk: [0, firstSector + diskSectors].map((n) => ({ at: n * SECTOR, size: firstSector * SECTOR })),
};

/** What the monitor is told of its guest. */
export function allocationFor(program: Program, variant: Variant): Allocation {
  return {
    at: guestRange.at,
    size: memorySize,
    firstSector,
    sectors: diskSectors,
    own: ownRange,
    unprivileged: variant.unprivileged,
    cpuid: variant.cpuid,
    entry: imageOf(program).entry,
  };
}

const iret = decode(word('iret'));

/** The real machine of one guest, and who watches it. */
export class Hardware implements RealMachine {
  readonly machine: Machine;
  readonly watch: Watch;
  readonly printed: readonly number[];
  /** The guest's sectors. */
  readonly disk: Uint8Array;
  /** See Counts. */
  readonly entries: (readonly [pc: number, steps: number])[] = [];
  readonly #engine: Interpreter;

  constructor(program: Program, variant: Variant, guarded: boolean, storage?: Storage) {
    const disk = new MemoryDisk(new Uint8Array((2 * firstSector + diskSectors) * SECTOR));
    disk.bytes.set(newDisk(), firstSector * SECTOR);
    this.disk = disk.bytes.subarray(firstSector * SECTOR, (firstSector + diskSectors) * SECTOR);
    const { console, printed } = newConsole(program.input);
    this.printed = printed;
    const place = storage === undefined ? {} : { storage };
    this.machine = new Machine({ memory: realSize, variant, console, disk, hosted: true, ...place });
    this.#engine = new Interpreter(this.machine);
    loadImage(
      imageOf(program),
      this.machine.memory.bytes.subarray(guestRange.at, guestRange.at + memorySize),
    );
    this.watch = new Watch(this.machine, disk.bytes, ground, guarded);
    this.watch.poison();
  }

  get x(): Int32Array {
    return this.machine.x;
  }

  readSystem(number: number): number {
    return this.machine.readSystem(number);
  }

  writeSystem(number: number, value: number): void {
    this.machine.writeSystem(number, value);
  }

  read(address: number, width: number): number {
    this.#check(address, width);
    return this.machine.memory.read(address, width);
  }

  write(address: number, width: number, value: number): void {
    this.#check(address, width);
    this.machine.memory.write(address, width, value);
  }

  #check(address: number, width: number): void {
    const isThere = Number.isInteger(address) && address >= 0 && address + width <= realSize;
    if (!isThere || (width !== 1 && width !== 2 && width !== 4)) {
      throw new RangeError(
        `the monitor accessed ${width} bytes at real address ${address}: there is no such memory`,
      );
    }
  }

  input(port: number): number {
    return this.machine.input(port);
  }

  output(port: number, value: number): void {
    if (port === PORT.POWER) throw new Trespass('the monitor switched the real machine off');
    this.machine.output(port, value);
  }

  wait(): void {
    this.machine.wait();
    const stop = this.machine.settle(Number.POSITIVE_INFINITY);
    if (stop !== undefined) throw new Error(`the monitor waits for a line that never comes (${stop.kind})`);
  }

  run(): Trap {
    const { machine } = this;
    if (iret?.row.effect.kind !== 'system') throw new Error('the table has no iret');
    machine.x[0] = 0;
    machine.pc = iret.row.effect.run(machine, iret, 0) >>> 0;
    machine.steps += 1;
    const { direct } = this.watch.counts;
    const { pc } = machine;
    const stop: Stop = this.watch.enter((until) => this.#engine.run(until), expansion);
    if (stop.kind !== 'trap') throw new Error(`the real machine stopped by ${stop.kind} under its monitor`);
    const steps = this.watch.counts.direct - direct;
    if (steps > 0) this.entries.push([pc, steps]);
    return {
      cause: machine.readSystem(SR.ECAUSE) >>> 0,
      value: machine.readSystem(SR.EVAL) >>> 0,
      steps,
    };
  }
}

/** Translated code may make more steps than the guest. */
const expansion = 40;

/** A monitor in this process: for our own tests; strangers' are judged from a worker (remote.ts). */
export function hostedMonitor(factory: MonitorFactory, name = 'monitor'): Candidate {
  return {
    name,
    make: (program, variant, { guarded }) => new HostedSubject(factory, program, variant, guarded),
  };
}

class HostedSubject implements Subject {
  readonly printed: readonly number[];
  readonly disk: Uint8Array;
  readonly memory: Uint8Array;
  readonly #hardware: Hardware;
  readonly #monitor: Monitor;

  constructor(factory: MonitorFactory, program: Program, variant: Variant, guarded: boolean) {
    this.#hardware = new Hardware(program, variant, guarded);
    this.printed = this.#hardware.printed;
    this.disk = this.#hardware.disk;
    const { bytes } = this.#hardware.machine.memory;
    this.memory = bytes.subarray(guestRange.at, guestRange.at + guestRange.size);
    this.#monitor = factory(this.#hardware, allocationFor(program, variant));
  }

  get guest() {
    return this.#monitor.guest;
  }

  get x() {
    return this.#hardware.x;
  }

  get counts() {
    return { ...this.#hardware.watch.counts, entries: this.#hardware.entries };
  }

  run(until: number) {
    this.#hardware.watch.begin(until - this.guest.steps);
    return this.#monitor.run(until);
  }

  trespass() {
    return this.#hardware.watch.trespass();
  }

  close(): void {}
}
