/**
 * Breakpoints and watchpoints of a subject.
 *
 * A breakpoint is a virtual address, in every address space, or a place: a physical address, wherever it is mapped.
 * Engines stop before the instruction there (isa/machine/breaks.ts) and run at full speed everywhere else. To engines,
 * a place is every virtual address with its offset in the page; which of them it is, is asked when one is met. A
 * watchpoint is a range of the guest's physical memory: a store to its page comes to the
 * memory's watchers, one to the range stops the machine right after the instruction, whoever
 * wrote: any mapping, ring or device. Marks of A and D by the machine itself do not count.
 * A trap that is wanted stops the machine right after it was taken.
 */
import type { Breaks } from '../../isa/machine/breaks.ts';
import { WATCH } from '../../isa/machine/memory.ts';
import { physicalAddress } from '../../isa/machine/report.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import { REGION } from '../guest/compression.ts';
import type { Subject } from './subject.ts';

/** Bytes of the guest's physical memory. */
export interface Watchpoint {
  /** Physical address of the first byte, unsigned. */
  readonly at: number;
  /** Bytes, at least 1. */
  readonly length: number;
}

/** A trap that the guest took: its ECAUSE and EVAL, unsigned. */
export interface TakenTrap {
  readonly cause: number;
  readonly value: number;
}

/** Where to stop. */
export interface Wanted {
  /** Virtual addresses, unsigned. */
  readonly addresses: ReadonlySet<number>;
  /** Physical addresses of instructions. */
  readonly places: ReadonlySet<number>;
  readonly watchpoints: readonly Watchpoint[];
  /** Causes of traps, unsigned. */
  readonly causes: ReadonlySet<number>;
}

const nothing: Wanted = { addresses: new Set(), places: new Set(), watchpoints: [], causes: new Set() };

/** Which of them stop the run. */
export type Armed = 'none' | 'watchpoints' | 'all';

export class Points {
  armed: Armed = 'none';
  /** The watchpoint that was written, when the last stop was its. */
  written: Watchpoint | undefined;
  /** The trap, when the last stop was its. */
  trapped: TakenTrap | undefined;
  readonly #subject: Subject;
  #wanted = nothing;

  constructor(subject: Subject) {
    this.#subject = subject;
    subject.machine.memory.onWrite((at, length, mark) => {
      if (!mark && this.armed !== 'none') this.#noteWrite(at, length);
    });
    const { machine } = subject;
    const next = machine.onTrap;
    machine.onTrap = (cause, value, pc) => {
      if (this.armed === 'all') this.#noteTrap(cause >>> 0, value >>> 0);
      next?.(cause, value, pc);
    };
  }

  /** What is set. */
  get wanted(): Wanted {
    return this.#wanted;
  }

  /** Sets what is given, and leaves the rest. The same breakpoints again cost nothing; others cost engines what they compiled. */
  set(parts: Partial<Wanted>): void {
    const before = this.#wanted;
    const { addresses, places, watchpoints, causes } = { ...before, ...parts };
    this.#setWatchpoints(watchpoints);
    const isSame = isSameSet(addresses, before.addresses) && isSameSet(places, before.places);
    this.#wanted = isSame
      ? { ...before, watchpoints, causes }
      : { addresses: new Set(addresses), places: new Set(places), watchpoints, causes };
    if (!isSame) this.#setBreakpoints();
  }

  #setBreakpoints(): void {
    const { addresses, places } = this.#wanted;
    const offsets = new Set([...places].map((place) => place % PAGE));
    // A monitor's own code, which is not the guest's, is in its region.
    const end = this.#subject.host === undefined ? 2 ** 32 : REGION;
    const isPossible = (va: number) => va < end && offsets.has(va % PAGE);
    const breaks: Breaks = {
      addresses: offsets.size === 0 ? addresses : { has: (va) => addresses.has(va) || isPossible(va) },
      arrive: (pc) => this.#arrive(pc),
    };
    for (const processor of this.#subject.processors) {
      processor.breaks = addresses.size + places.size === 0 ? undefined : breaks;
    }
  }

  #setWatchpoints(watchpoints: readonly Watchpoint[]): void {
    const { memory } = this.#subject.machine;
    for (const page of pagesOf(this.#wanted.watchpoints)) memory.unwatch(page, WATCH.POINT);
    for (const page of pagesOf(watchpoints)) memory.watch(page, WATCH.POINT);
  }

  /** Whether one of the breakpoints is at virtual address `pc`. */
  isAt(pc: number): boolean {
    const { addresses, places } = this.#wanted;
    if (addresses.has(pc)) return true;
    if (places.size === 0) return false;
    const physical = physicalAddress(this.#subject.machine, pc);
    return physical !== undefined && places.has(physical);
  }

  #arrive(pc: number): boolean {
    if (this.armed !== 'all' || !this.isAt(pc)) return false;
    this.#break();
    return true;
  }

  #noteTrap(cause: number, value: number): void {
    if (!this.#wanted.causes.has(cause)) return;
    this.trapped = { cause, value };
    this.#break();
  }

  #noteWrite(at: number, length: number): void {
    const { watchpoints } = this.#wanted;
    const written = watchpoints.find((point) => at < point.at + point.length && point.at < at + length);
    if (written === undefined) return;
    this.written = written;
    this.#break();
  }

  #break(): void {
    for (const processor of this.#subject.processors) processor.break();
  }
}

function isSameSet(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  return a.size === b.size && [...a].every((address) => b.has(address));
}

function pagesOf(watchpoints: readonly Watchpoint[]): Set<number> {
  const pages = new Set<number>();
  for (const { at, length } of watchpoints) {
    for (let page = Math.floor(at / PAGE); page * PAGE < at + length; page++) pages.add(page);
  }
  return pages;
}
