/**
 * Makes the guesses that regions are compiled with, and learns from wrong ones: which span (spans.ts) an access
 * is in, and which accesses may share one check.
 */
import type { Instruction } from '../../table/row.ts';
import type { Budget } from './budget.ts';
import type { Delegated } from './delegated.ts';
import type { Batches } from './first/batch.ts';
import { contains, type Span, type Spans } from './spans.ts';

/** After so many moves to another span an access is compiled without a span: the first was a guess, or noted in the first tier. */
const moves = { guessed: 3, noted: 1 } as const;

/** After its span has grown so many times an access is compiled without a span: such memory grows all the time. */
const growths = 3;

const stackPointer = 2;

/** The failed checks of one access. */
interface Failures {
  /** How many since it was last compiled. */
  times: number;
  /** At how many it is compiled again. The limit doubles each time. */
  limit: number;
  moves: number;
  growths: number;
}

export class Speculation {
  /**
   * Accesses (by pc) that share no check, because their group was often found to lie across two pages or across a
   * span's end.
   */
  readonly alone = new Set<number>();
  readonly #spans: Spans;
  readonly #budget: Budget;
  readonly #delegated: Delegated;
  readonly #batches: Batches;
  readonly #across = new Map<number, number>();
  readonly #failures = new Map<number, Failures>();
  /** The span that each access was last compiled for, by pc. */
  readonly #given = new Map<number, Span>();
  /** The last address outside its span that each access went to, by pc. */
  readonly #seen = new Map<number, number>();
  /** Accesses (by pc) that are compiled without a span. */
  readonly #roaming = new Set<number>();
  /** Regions, by physical address + ring, that run in several address spaces with different spans. */
  readonly #shared = new Set<number>();

  constructor(spans: Spans, budget: Budget, delegated: Delegated, batches: Batches) {
    this.#spans = spans;
    this.#budget = budget;
    this.#delegated = delegated;
    this.#batches = batches;
  }

  /**
   * Notes that the group of the access at `pc` lay across two pages. True = compile it again now.
   */
  acrossPages(pc: number): boolean {
    const times = (this.#across.get(pc) ?? 0) + 1;
    this.#across.set(pc, times);
    if (!this.#budget.affordsAgain(times, this.#budget.failures)) return false;
    this.#across.set(pc, 0);
    // The access itself lies across two pages if it had its own check already.
    if (this.alone.has(pc)) this.#delegated.add(pc);
    this.alone.add(pc);
    return true;
  }

  /** Notes that the check of an access to `va` failed. True = compile it again now. */
  failed(pc: number, va: number): boolean {
    const failures = this.#failed(pc);
    if (!this.#budget.affordsAgain(failures.times, failures.limit)) return false;
    const given = this.#given.get(pc);
    // A page that is not mapped yet says nothing about later accesses.
    if (given !== undefined && !this.#spans.reaches(va, given.store)) return false;
    failures.times = 0;
    failures.limit *= 2;
    this.#change(pc, va, given, failures);
    return true;
  }

  /**
   * Notes that the page of an access was not allowed into the flat tables, though the interpreter made the access. True =
   * compile it again now.
   */
  refused(pc: number): boolean {
    const failures = this.#failed(pc);
    if (!this.#budget.affordsAgain(failures.times, failures.limit)) return false;
    failures.times = 0;
    failures.limit *= 2;
    this.#delegated.add(pc);
    return true;
  }

  /** Counts a failure of the access at `pc`. */
  #failed(pc: number): Failures {
    const known = this.#failures.get(pc);
    const failures = known ?? { times: 0, limit: this.#budget.failures, moves: 0, growths: 0 };
    if (known === undefined) this.#failures.set(pc, failures);
    failures.times += 1;
    this.#budget.fail();
    return failures;
  }

  /** Changes what the access will be compiled for. */
  #change(pc: number, va: number, given: Span | undefined, failures: Failures): void {
    if (given === undefined || (va >= given.from && va < given.to)) {
      // The address itself may be in bounds, and only the group's check failed: give the access its own check. If it has
      // one already, use no span; if it uses none, leave it to the interpreter.
      if (this.alone.has(pc) && given !== undefined) this.#roaming.add(pc);
      else if (this.alone.has(pc)) this.#delegated.add(pc);
      this.alone.add(pc);
      return;
    }
    this.#seen.set(pc, va);
    const now = this.#spans.find(va, given.store);
    if (now !== undefined && contains(now, given)) failures.growths += 1;
    else failures.moves += 1;
    const most = this.#batches.lastAddress(pc) === undefined ? moves.guessed : moves.noted;
    if (failures.moves >= most || failures.growths >= growths) this.#roaming.add(pc);
  }

  /** Notes that a region was entered in an address space where its spans are not valid. */
  isShared(physical: number, ring: number): void {
    this.#shared.add(physical + ring);
  }

  /**
   * The span for an access through a register: the one at the address where the access last failed, or else where it was
   * last made in the first tier, or else where the register points now. If nothing is mapped there, the longest span that
   * is not the stack's. Undefined = the access looks up its page.
   */
  spanFor(at: Instruction, pc: number, region: number, registers: Int32Array): Span | undefined {
    const isFree = this.#roaming.has(pc) || this.#shared.has(region);
    const span = isFree ? undefined : this.#guess(at, pc, registers);
    if (span === undefined) this.#given.delete(pc);
    else this.#given.set(pc, span);
    return span;
  }

  #guess(at: Instruction, pc: number, registers: Int32Array): Span | undefined {
    const store = at.row.effect.kind === 'store';
    const known = this.#seen.get(pc) ?? this.#batches.lastAddress(pc);
    const va = known ?? ((registers[at.rs1] as number) + at.imm) >>> 0;
    const span = this.#spans.find(va, store);
    if (span !== undefined || this.#spans.reaches(va, store)) return span;
    return this.#spans.longest(store, (registers[stackPointer] as number) >>> 0);
  }
}
