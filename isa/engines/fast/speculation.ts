/**
 * The guesses for which regions are compiled, and what was learned from wrong ones: which span (spans.ts) an access
 * is in, and which accesses may share one check.
 */
import type { Instruction } from '../../table/row.ts';
import type { Budget } from './budget.ts';
import { contains, type Span, type Spans } from './spans.ts';

/** Times that an access is given a span elsewhere before it is compiled without one. */
const moves = 3;

/** Times that its span is found to have grown before the same is done: such memory grows all the time. */
const growths = 3;

const stackPointer = 2;

/** An access whose check failed. */
interface Failures {
  times: number;
  /** At how many it is compiled anew: twice as many each time. */
  limit: number;
  moves: number;
  growths: number;
}

export class Speculation {
  /** Accesses by pc whose group was often found lying across pages, or across a span's end: they check for themselves. */
  readonly alone = new Set<number>();
  readonly #spans: Spans;
  readonly #budget: Budget;
  readonly #across = new Map<number, number>();
  readonly #failures = new Map<number, Failures>();
  /** The spans that accesses were compiled for last, and where those went that were outside. */
  readonly #given = new Map<number, Span>();
  readonly #seen = new Map<number, number>();
  readonly #roaming = new Set<number>();
  /** Regions, by physical address and ring, that run in several address spaces which have different spans. */
  readonly #shared = new Set<number>();

  constructor(spans: Spans, budget: Budget) {
    this.#spans = spans;
    this.#budget = budget;
  }

  /** A group of accesses lay across two pages that are both there; true when it is time to compile it anew, and affordable. */
  acrossPages(pc: number): boolean {
    const times = (this.#across.get(pc) ?? 0) + 1;
    this.#across.set(pc, times);
    if (times < this.#budget.failures || !this.#budget.affords || this.alone.has(pc)) return false;
    this.alone.add(pc);
    return true;
  }

  /** The check of an access to `va` failed; true when it is time to compile it anew, and affordable. */
  failed(pc: number, va: number): boolean {
    const failures = this.#failures.get(pc) ?? {
      times: 0,
      limit: this.#budget.failures,
      moves: 0,
      growths: 0,
    };
    this.#failures.set(pc, failures);
    failures.times += 1;
    this.#budget.fail();
    if (failures.times < failures.limit || !this.#budget.affords) return false;
    const given = this.#given.get(pc);
    // A page that is not mapped yet says nothing of the next ones.
    if (given !== undefined && !this.#spans.reaches(va, given.store)) return false;
    failures.times = 0;
    failures.limit *= 2;
    this.#change(pc, va, given, failures);
    return true;
  }

  /** What the access is compiled for the next time. */
  #change(pc: number, va: number, given: Span | undefined, failures: Failures): void {
    if (given === undefined || (va >= given.from && va < given.to)) {
      // In bounds itself, and yet it fails: by itself it does not, or it does not fit a span.
      if (this.alone.has(pc)) this.#roaming.add(pc);
      this.alone.add(pc);
      return;
    }
    this.#seen.set(pc, va);
    const now = this.#spans.find(va, given.store);
    if (now !== undefined && contains(now, given)) failures.growths += 1;
    else failures.moves += 1;
    if (failures.moves >= moves || failures.growths >= growths) this.#roaming.add(pc);
  }

  /** A region was entered in an address space where its spans are not true. */
  isShared(physical: number, ring: number): void {
    this.#shared.add(physical + ring);
  }

  /**
   * The span for an access off a register: where it was seen to go, or where the register points now; if that is
   * nowhere, the longest that is not the stack's. Undefined: it looks its page up.
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
    const va = this.#seen.get(pc) ?? ((registers[at.rs1] as number) + at.imm) >>> 0;
    const span = this.#spans.find(va, store);
    if (span !== undefined || this.#spans.reaches(va, store)) return span;
    return this.#spans.longest(store, (registers[stackPointer] as number) >>> 0);
  }
}
