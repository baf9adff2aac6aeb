/**
 * A debugging session: a timeline, breakpoints and watchpoints, and going on or back until
 * something happens. What GDB says and hears is commands.ts; this is what it is about.
 */
import type { Machine } from '../../isa/machine/machine.ts';
import { describeTrap } from '../../isa/machine/report.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import type { Watchpoint } from '../replay/points.ts';
import { seekPoint } from '../replay/search.ts';
import { stepBack, stepForward } from '../replay/stepping.ts';
import { finish, type Timeline, type Travel } from '../replay/timeline.ts';
import { lengthOf, partsOf } from './addresses.ts';
import { type Breathe, drive } from './travels.ts';

/** Why the guest stands still. */
export type Halt =
  /** It was asked to; it has made its step; it is at a breakpoint; it is at its beginning. */
  | { readonly kind: 'asked' | 'stepped' | 'breakpoint' | 'start' }
  /** What is watched from virtual address `address` on was written; or going back, is about to be. */
  | { readonly kind: 'written'; readonly address: number }
  /** The guest itself stopped. */
  | { readonly kind: 'stopped'; readonly stop: Stop };

/** A watchpoint as it was set: by virtual address. */
interface Watched {
  readonly address: number;
  readonly length: number;
  /** Where that was, when it was set. */
  readonly parts: readonly Watchpoint[];
}

export class Session {
  readonly timeline: Timeline;
  readonly #breathe: Breathe;
  readonly #breakpoints = new Set<number>();
  #watched: readonly Watched[] = [];
  #wanted = true;
  readonly #typed: (Uint8Array | undefined)[] = [];
  /** Ends the wait of a guest for input. */
  #wake = () => {};

  constructor(timeline: Timeline, breathe: Breathe) {
    this.timeline = timeline;
    this.#breathe = breathe;
  }

  get machine(): Machine {
    return this.timeline.subject.machine;
  }

  // ---- Points ----

  setBreakpoint(address: number): void {
    this.#breakpoints.add(address);
  }

  clearBreakpoint(address: number): void {
    this.#breakpoints.delete(address);
  }

  /** Watches what these virtual addresses mean now. False if they are not all mapped. */
  watch(address: number, length: number): boolean {
    const parts = partsOf(this.machine, address, length);
    if (lengthOf(parts) < length) return false;
    this.unwatch(address, length);
    this.#watched = [...this.#watched, { address, length, parts }];
    return true;
  }

  unwatch(address: number, length: number): void {
    this.#watched = this.#watched.filter((old) => old.address !== address || old.length !== length);
  }

  /** Nothing stops the guest any more. */
  clearPoints(): void {
    this.#breakpoints.clear();
    this.#watched = [];
  }

  // ---- Going on and back ----

  /** Has the run that is under way, or about to begin, stop as soon as it can. */
  interrupt(): void {
    this.#wanted = false;
    this.#wake();
  }

  /** Console input came; undefined = its end. The guest gets it as soon as it runs where it never was. */
  type(bytes: Uint8Array | undefined): void {
    this.#typed.push(bytes);
    this.#wake();
  }

  /** One step. */
  async step(): Promise<Halt> {
    const { points } = this.timeline;
    points.set(points.breakpoints, this.#watchpoints());
    return await this.#forward(() => stepForward(this.timeline, 'watchpoints'));
  }

  /** On, until something happens or to step `until`. The instruction here is executed, whatever is set on it. */
  async run(until = Number.POSITIVE_INFINITY): Promise<Halt> {
    if (this.timeline.step >= until) return { kind: 'stepped' };
    this.timeline.points.set(this.#breakpoints, this.#watchpoints());
    const halt = await this.#forward(() => stepForward(this.timeline, 'watchpoints'));
    if (halt.kind !== 'stepped') return halt;
    return await this.#forward(() => this.timeline.forward(until, 'all'));
  }

  /** One step back. */
  async stepBack(): Promise<Halt> {
    if (!this.#wanted) {
      this.#wanted = true;
      return { kind: 'asked' };
    }
    const result = await this.travel(stepBack(this.timeline));
    if (result === undefined) return { kind: 'asked' };
    if (!result.value) return { kind: 'start' };
    return this.#watched.length === 0 ? { kind: 'stepped' } : await this.#undone();
  }

  /** What the step that was just undone did: it is done and undone once more. */
  async #undone(): Promise<Halt> {
    const halt = await this.step();
    await this.travel(stepBack(this.timeline));
    return halt.kind === 'written' ? halt : { kind: 'stepped' };
  }

  /** Back, until something happens. */
  async runBack(): Promise<Halt> {
    this.timeline.points.set(this.#breakpoints, this.#watchpoints());
    const result = await this.travel(seekPoint(this.timeline, 'all'));
    if (result === undefined) return { kind: 'asked' };
    return result.value === undefined ? { kind: 'start' } : this.#haltAt(result.value.written);
  }

  /** Goes anywhere; undefined = left off, where it began. */
  async travel<T>(travel: Travel<T>): Promise<{ readonly value: T } | undefined> {
    const from = this.timeline.step;
    const result = await drive(travel, () => this.#wanted, this.#breathe);
    this.#wanted = true;
    if (result === undefined) finish(this.timeline.seek(from));
    return result;
  }

  /** As `travel`, to something that is looked for; when there is none, it ends where it began. */
  async find<T>(travel: Travel<T | undefined>): Promise<{ readonly value: T | undefined } | undefined> {
    const from = this.timeline.step;
    const result = await this.travel(travel);
    if (result?.value === undefined) finish(this.timeline.seek(from));
    return result;
  }

  async #forward(go: () => Travel<Stop>): Promise<Halt> {
    const halt = await this.#forwardWhileWanted(go);
    this.#wanted = true;
    return halt;
  }

  async #forwardWhileWanted(go: () => Travel<Stop>): Promise<Halt> {
    while (this.#wanted) {
      const result = await drive(go(), () => this.#listen(), this.#breathe);
      if (result === undefined) return { kind: 'asked' };
      const { value: stop } = result;
      if (stop.kind === 'limit') return { kind: 'stepped' };
      if (stop.kind === 'break') return this.#haltAt(this.timeline.points.written);
      if (stop.kind !== 'input') return { kind: 'stopped', stop };
      await this.#inputOrInterrupt();
      this.#listen();
    }
    return { kind: 'asked' };
  }

  #listen(): boolean {
    if (this.timeline.isAtEdge) {
      for (const bytes of this.#typed.splice(0))
        this.timeline.record(bytes === undefined ? { kind: 'console-end' } : { kind: 'console', bytes });
    }
    return this.#wanted;
  }

  async #inputOrInterrupt(): Promise<void> {
    if (this.#typed.length > 0 || !this.#wanted) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  #watchpoints(): Watchpoint[] {
    return this.#watched.flatMap(({ parts }) => parts);
  }

  #haltAt(written: Watchpoint | undefined): Halt {
    const watched = written && this.#watched.find(({ parts }) => parts.includes(written));
    return watched ? { kind: 'written', address: watched.address } : { kind: 'breakpoint' };
  }
}

/** What a guest that stopped by itself did, in words, and its exit status if it has one. */
export function describeEnd(stop: Stop): { readonly says: string; readonly status?: number } {
  if (stop.kind === 'power')
    return { says: `the guest powered off, status ${stop.status}`, status: stop.status };
  if (stop.kind === 'unhandled')
    return { says: `the guest has no handler for ${describeTrap(stop.cause, stop.value)}` };
  return { says: 'the guest waits in hlt for an interrupt that can never come' };
}
