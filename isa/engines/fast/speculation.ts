/**
 * What regions are compiled for without being sure of it, and what was learned when it failed: which span
 * (spans.ts) an access is in, and which accesses may share one check.
 */
import type { Instruction } from '../../table/row.ts';
import type { Span, Spans } from './spans.ts';

/** Times that a check may fail though nothing is wrong, before the access' regions are compiled anew. */
const often = 16;

/** Times that an access' check is changed: another span, its own bytes alone, and in the end no span. */
const changes = 3;

export class Speculation {
  /** Accesses by pc whose group was often found lying across pages, or across a span's end: they check for themselves. */
  readonly alone = new Set<number>();
  readonly #spans: Spans;
  readonly #across = new Map<number, number>();
  readonly #failures = new Map<number, number>();
  /** Where accesses went that were outside their span. */
  readonly #seen = new Map<number, number>();
  readonly #roaming = new Set<number>();
  /** Regions, by physical address and ring, that run in several address spaces which have different spans. */
  readonly #shared = new Set<number>();

  constructor(spans: Spans) {
    this.#spans = spans;
  }

  /** A group of accesses lay across two pages that are both there; true when it is time to compile it anew. */
  acrossPages(pc: number): boolean {
    const times = (this.#across.get(pc) ?? 0) + 1;
    this.#across.set(pc, times);
    if (times === often) this.alone.add(pc);
    return times === often;
  }

  /** The check of an access to `va` failed; true when it is time to compile it anew. */
  failed(pc: number, va: number): boolean {
    const times = (this.#failures.get(pc) ?? 0) + 1;
    this.#failures.set(pc, times);
    if (times % often !== 0 || times > often * changes) return false;
    this.#seen.set(pc, va);
    this.alone.add(pc);
    if (times >= often * changes) this.#roaming.add(pc);
    return true;
  }

  /** A region was entered in an address space where its spans are not true. */
  isShared(physical: number, ring: number): void {
    this.#shared.add(physical + ring);
  }

  /**
   * The span for an access off a register: where it was seen to go, or where the register points now, or the
   * longest if it points nowhere. Undefined: it looks its page up.
   */
  spanFor(at: Instruction, pc: number, region: number, registers: Int32Array): Span | undefined {
    if (this.#roaming.has(pc) || this.#shared.has(region)) return undefined;
    const store = at.row.effect.kind === 'store';
    const va = this.#seen.get(pc) ?? ((registers[at.rs1] as number) + at.imm) >>> 0;
    const span = this.#spans.find(va, store);
    return span !== undefined || this.#spans.reaches(va, store) ? span : this.#spans.longest(store);
  }
}
