/**
 * A machine on which one instruction is executed and observed. It only records a trap, a wait and a power-off,
 * so that the state before them can be observed. It has the memory of world.ts.
 */
import { Console } from '../machine/devices/console.ts';
import { Machine } from '../machine/machine.ts';
import { WATCH } from '../machine/memory.ts';
import { PAGE } from '../machine/storage.ts';
import { contents, MEMORY_SIZE, SECOND } from './world.ts';

export interface SpecimenTrap {
  readonly cause: number;
  readonly value: number;
}

export class Specimen extends Machine {
  /** The trap that the instruction raised. */
  trapped: SpecimenTrap | undefined;
  /** `wait` was called. */
  waits = false;
  /** The address with which guest mode was to be entered. */
  entered: number | undefined;
  /** The exit status sent to the power port. */
  poweredOff: number | undefined;
  /** What was stored, as text: virtual address and byte, one by one; empty = nothing. */
  written = '';
  /** Values that system registers show instead of those that the machine computes, by number. */
  readonly shown = new Map<number, number>();
  readonly printed: number[];

  constructor() {
    const printed: number[] = [];
    super({ memory: MEMORY_SIZE, console: new Console((byte) => printed.push(byte)) });
    this.printed = printed;
    this.memory.bytes.set(contents);
    this.memory.bytes.set(contents, SECOND);
    for (let page = 0; page < MEMORY_SIZE / PAGE; page++) this.memory.watch(page, WATCH.DECODED);
    this.memory.onWrite((at, length, mark) => {
      if (!mark) this.#note(at, length);
    });
  }

  #note(at: number, length: number): void {
    for (let n = at; n < at + length; n++) {
      const address = n % SECOND;
      this.written += `${address}: ${this.memory.bytes[n]}; `;
      this.memory.bytes[n] = contents[address] as number; // The next execution finds the original contents.
    }
  }

  override trap(cause: number, value: number, pc: number): number {
    this.trapped = { cause: cause >>> 0, value: value >>> 0 };
    return pc;
  }

  override wait(): void {
    this.waits = true;
  }

  override enterGuest(block: number, _word: number, pc: number): number {
    this.entered = block >>> 0;
    return (pc + 4) | 0;
  }

  override powerOff(status: number): void {
    this.poweredOff = status;
  }

  override readSystem(number: number): number {
    return this.shown.get(number) ?? super.readSystem(number);
  }

  /** Forgets what was recorded. */
  forget(): void {
    this.trapped = undefined;
    this.waits = false;
    this.entered = undefined;
    this.poweredOff = undefined;
    this.written = '';
  }
}
