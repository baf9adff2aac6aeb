/**
 * A debugging session: a timeline, breakpoints and watchpoints, and going on or back until
 * something happens. What GDB says and hears is commands.ts; this is what it is about.
 */
import type { Machine } from '../../isa/machine/machine.ts';
import { describeTrap } from '../../isa/machine/report.ts';
import type { Stop } from '../../isa/machine/stop.ts';
import type { TakenTrap, Watchpoint } from '../replay/points.ts';
import { seekPoint } from '../replay/search.ts';
import { stepBack, stepForward } from '../replay/stepping.ts';
import { finish, type Timeline, type Travel } from '../replay/timeline.ts';
import { lengthOf, partsOf } from './addresses.ts';
import { type Breathe, drive, patience } from './travels.ts';

/** Why the guest stands still. */
export type Halt =
  /** It was asked to; it has made its step; it is at a breakpoint; it is at its beginning. */
  | { readonly kind: 'asked' | 'stepped' | 'breakpoint' | 'start' }
  /** What is watched from virtual address `address` on was written; or going back, is about to be. */
  | { readonly kind: 'written'; readonly address: number }
  /** The next step takes a trap that is wanted. */
  | ({ readonly kind: 'trapped' } & TakenTrap)
  /** The guest itself stopped. */
  | { readonly kind: 'stopped'; readonly stop: Stop };

/** A watchpoint as it was set: by virtual address. */
interface Watched {
  readonly address: number;
  readonly length: number;
  /** Where that was, when it was set. */
  readonly parts: readonly Watchpoint[];
}

/** What was met at a stop: neither is a breakpoint. */
interface Met {
  readonly written?: Watchpoint | undefined;
  readonly trapped?: TakenTrap | undefined;
}

export class Session {
  readonly timeline: Timeline;
  readonly #breathe: Breathe;
  readonly #breakpoints = new Set<number>();
  #places: ReadonlySet<number> = new Set();
  #causes: ReadonlySet<number> = new Set();
  /** Asked at each point that is met: whether to stop there. */
  isWanted: (halt: Halt) => boolean = () => true;
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

  /** Sets breakpoints by physical address, wherever the guest maps it, in place of those there were. */
  setPlaces(places: ReadonlySet<number>): void {
    this.#places = places;
  }

  /** Sets the causes (ECAUSE, unsigned) of the traps before which to stop, in place of those there were. */
  setTraps(causes: ReadonlySet<number>): void {
    this.#causes = causes;
  }

  clearWatched(): void {
    this.#watched = [];
  }

  /** Nothing stops the guest any more. */
  clearPoints(): void {
    this.#breakpoints.clear();
    this.#places = new Set();
    this.#causes = new Set();
    this.clearWatched();
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
    this.timeline.points.set({ watchpoints: this.#watchpoints() });
    return await this.#forward(() => stepForward(this.timeline, 'watchpoints'));
  }

  /** On, until something happens or to step `until`. The instruction here is executed, whatever is set on it. */
  async run(until = Number.POSITIVE_INFINITY): Promise<Halt> {
    if (this.timeline.step >= until) return { kind: 'stepped' };
    this.#setPoints();
    return await this.#untilWanted(() => this.#runOn(until));
  }

  /**
   * As `run`, and no further than to one of these virtual addresses, if `isThere` returns true there: then the halt's kind
   * is `stepped`. At a breakpoint there, it is `breakpoint`.
   */
  async runTo(addresses: Iterable<number>, isThere: () => boolean): Promise<Halt> {
    const aims = new Set(addresses);
    for (;;) {
      this.#setPoints(aims);
      const halt = await this.#untilWanted(() => this.#runOn(Number.POSITIVE_INFINITY), aims);
      this.#setPoints();
      if (halt.kind !== 'breakpoint') return halt;
      const { pc } = this.machine;
      if (!aims.has(pc) || (this.timeline.points.isAt(pc) && this.isWanted(halt))) return halt;
      if (isThere()) return { kind: 'stepped' };
    }
  }

  #setPoints(aims: ReadonlySet<number> = new Set()): void {
    const addresses = new Set([...this.#breakpoints, ...aims]);
    const [places, causes, watchpoints] = [this.#places, this.#causes, this.#watchpoints()];
    this.timeline.points.set({ addresses, places, causes, watchpoints });
  }

  async #runOn(until: number): Promise<Halt> {
    const halt = await this.#forward(() => stepForward(this.timeline, 'watchpoints'));
    if (halt.kind !== 'stepped' || this.timeline.step >= until) return halt;
    const met = await this.#forward(() => this.timeline.forward(until, 'all'));
    if (met.kind === 'trapped') await this.travel(this.timeline.seek(this.timeline.step - 1));
    return met;
  }

  /** Goes again and again, past points at which nobody wants to stop. */
  async #untilWanted(go: () => Promise<Halt>, aims: ReadonlySet<number> = new Set()): Promise<Halt> {
    let breathed = performance.now();
    for (;;) {
      const halt = await go();
      const isPoint = halt.kind === 'breakpoint' || halt.kind === 'written' || halt.kind === 'trapped';
      const isAim = halt.kind === 'breakpoint' && aims.has(this.machine.pc);
      if (!isPoint || isAim || this.isWanted(halt)) return halt;
      if (performance.now() - breathed < patience) continue;
      await this.#breathe();
      breathed = performance.now();
    }
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
    this.#setPoints();
    return await this.#untilWanted(async () => {
      const result = await this.travel(seekPoint(this.timeline, 'all'));
      if (result === undefined) return { kind: 'asked' };
      return result.value === undefined ? { kind: 'start' } : this.#haltAt(result.value);
    });
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
      if (stop.kind === 'break') return this.#haltAt(this.timeline.points);
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

  #haltAt({ written, trapped }: Met): Halt {
    const watched = written && this.#watched.find(({ parts }) => parts.includes(written));
    if (watched) return { kind: 'written', address: watched.address };
    return trapped === undefined ? { kind: 'breakpoint' } : { kind: 'trapped', ...trapped };
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
