/**
 * The real machine of one guest, as the guest's monitor gets it. With a watch for its gate it is the one that is judged;
 * a submission's process has a copy of it, with a gate that only counts (grade/kit.ts). The copy does what the
 * original does, because a machine does the same whenever it is asked the same.
 */
import { Interpreter } from '../../isa/engines/interpreter/interpreter.ts';
import { MemoryDisk, SECTOR } from '../../isa/machine/devices/disk.ts';
import { PORT } from '../../isa/machine/devices/ports.ts';
import { type Image, loadImage } from '../../isa/machine/image.ts';
import { Machine } from '../../isa/machine/machine.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import type { Storage } from '../../isa/machine/storage.ts';
import { SR } from '../../isa/table/sysregs.ts';
import { decode } from '../../isa/table/table.ts';
import type { Variant } from '../../isa/table/variants.ts';
import { newConsole } from './console.ts';
import type { RealMachine, Trap } from './contract.ts';
import type { Gate } from './gate.ts';
import { firstSector, ground, poison, realSize } from './ground.ts';
import { diskSectors, newDisk, word } from './program.ts';
import { Trespass } from './subject.ts';

const iret = decode(word('iret'));

/** Translated code may make more steps than the guest. */
const expansion = 40;

export interface HardwareOptions<G extends Gate> {
  readonly image: Image;
  /** What waits at the console. */
  readonly input: readonly number[];
  readonly variant: Variant;
  /** `disk`: the real disk's bytes. */
  readonly gate: (machine: Machine, disk: Uint8Array) => G;
  readonly storage?: Storage;
}

export class Hardware<G extends Gate> implements RealMachine {
  readonly machine: Machine;
  readonly gate: G;
  readonly printed: readonly number[];
  /** The guest's memory and sectors. */
  readonly memory: Uint8Array;
  readonly disk: Uint8Array;
  /** See Counts. */
  readonly entries: (readonly [pc: number, steps: number])[] = [];
  readonly #causes = new Map<number, number>();
  readonly #engine: Interpreter;

  constructor({ image, input, variant, gate, storage }: HardwareOptions<G>) {
    const disk = new MemoryDisk(new Uint8Array((2 * firstSector + diskSectors) * SECTOR));
    disk.bytes.set(newDisk(), firstSector * SECTOR);
    this.disk = disk.bytes.subarray(firstSector * SECTOR, (firstSector + diskSectors) * SECTOR);
    const { console, printed } = newConsole(input);
    this.printed = printed;
    const place = storage === undefined ? {} : { storage };
    this.machine = new Machine({ memory: realSize, variant, console, disk, hosted: true, ...place });
    this.#engine = new Interpreter(this.machine);
    const { bytes } = this.machine.memory;
    const { guest, poisoned, poisonedDisk } = ground;
    this.memory = bytes.subarray(guest.at, guest.at + guest.size);
    loadImage(image, this.memory);
    for (const { at, size } of poisoned) bytes.fill(poison, at, at + size);
    for (const { at, size } of poisonedDisk) disk.bytes.fill(poison, at, at + size);
    this.gate = gate(this.machine, disk.bytes);
  }

  get x(): Int32Array {
    return this.machine.x;
  }

  get counts() {
    return { ...this.gate.counts, entries: this.entries, causes: this.#causes };
  }

  readSystem(number: number): number {
    return this.machine.readSystem(number);
  }

  writeSystem(number: number, value: number): void {
    this.machine.writeSystem(number, value);
  }

  read(address: number, width: number): number {
    this.check(address, width);
    return this.machine.memory.read(address, width);
  }

  write(address: number, width: number, value: number): void {
    this.check(address, width);
    this.machine.memory.write(address, width, value);
  }

  /** Throws RangeError unless the real machine has `width` bytes at `address`. */
  check(address: number, width: number): void {
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
    const { direct } = this.gate.counts;
    const { pc } = machine;
    const stop: Stop = this.gate.enter((until) => this.#engine.run(until), expansion);
    if (stop.kind !== 'trap') throw new Error(`the real machine stopped by ${stop.kind} under its monitor`);
    const steps = this.gate.counts.direct - direct;
    if (steps > 0) this.entries.push([pc, steps]);
    const cause = machine.readSystem(SR.ECAUSE) >>> 0;
    this.#causes.set(cause, (this.#causes.get(cause) ?? 0) + 1);
    return {
      cause,
      value: machine.readSystem(SR.EVAL) >>> 0,
      steps,
    };
  }
}
