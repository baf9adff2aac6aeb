/**
 * Breakpoints and watchpoints of a subject.
 *
 * A breakpoint is a virtual address, in every address space; engines stop before the
 * instruction there (isa/machine/breaks.ts) and run at full speed everywhere else. A
 * watchpoint is a range of the guest's physical memory: a store to its page comes to the
 * memory's watchers, one to the range stops the machine right after the instruction, whoever
 * wrote: any mapping, ring or device. Marks of A and D by the machine itself do not count.
 */
import type { Breaks } from '../../isa/machine/breaks.ts';
import { WATCH } from '../../isa/machine/memory.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import type { Subject } from './subject.ts';

/** Bytes of the guest's physical memory. */
export interface Watchpoint {
  /** Physical address of the first byte, unsigned. */
  readonly at: number;
  /** Bytes, at least 1. */
  readonly length: number;
}

/** Which of them stop the run. */
export type Armed = 'none' | 'watchpoints' | 'all';

export class Points {
  armed: Armed = 'none';
  /** The watchpoint that was written, when the last stop was its. */
  written: Watchpoint | undefined;
  readonly #subject: Subject;
  #breakpoints: ReadonlySet<number> = new Set();
  #watchpoints: readonly Watchpoint[] = [];

  constructor(subject: Subject) {
    this.#subject = subject;
    subject.machine.memory.onWrite((at, length, mark) => {
      if (!mark && this.armed !== 'none') this.#noteWrite(at, length);
    });
  }

  get breakpoints(): ReadonlySet<number> {
    return this.#breakpoints;
  }

  get watchpoints(): readonly Watchpoint[] {
    return this.#watchpoints;
  }

  /** Sets them. The same breakpoints again cost nothing; others cost engines what they compiled. */
  set(breakpoints: ReadonlySet<number>, watchpoints: readonly Watchpoint[]): void {
    this.#setWatchpoints(watchpoints);
    if (isSame(breakpoints, this.#breakpoints)) return;
    this.#breakpoints = new Set(breakpoints);
    const breaks: Breaks = { addresses: this.#breakpoints, arrive: () => this.#arrive() };
    for (const processor of this.#subject.processors) {
      processor.breaks = breakpoints.size === 0 ? undefined : breaks;
    }
  }

  #setWatchpoints(watchpoints: readonly Watchpoint[]): void {
    const { memory } = this.#subject.machine;
    for (const page of pagesOf(this.#watchpoints)) memory.unwatch(page, WATCH.POINT);
    for (const page of pagesOf(watchpoints)) memory.watch(page, WATCH.POINT);
    this.#watchpoints = watchpoints;
  }

  #arrive(): boolean {
    if (this.armed !== 'all') return false;
    this.#break();
    return true;
  }

  #noteWrite(at: number, length: number): void {
    const written = this.#watchpoints.find((point) => at < point.at + point.length && point.at < at + length);
    if (written === undefined) return;
    this.written = written;
    this.#break();
  }

  #break(): void {
    for (const processor of this.#subject.processors) processor.break();
  }
}

function isSame(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  return a.size === b.size && [...a].every((address) => b.has(address));
}

function pagesOf(watchpoints: readonly Watchpoint[]): Set<number> {
  const pages = new Set<number>();
  for (const { at, length } of watchpoints) {
    for (let page = Math.floor(at / PAGE); page * PAGE < at + length; page++) pages.add(page);
  }
  return pages;
}
