/**
 * Emits the loads and stores of a region: the checks that checks.ts planned, and the address in host memory.
 *
 * If compiled code cannot make an access, the region ends before that instruction, and the
 * interpreter executes it.
 */
import { WATCH } from '../../machine/memory.ts';
import type { Instruction } from '../../table/row.ts';
import type { Block } from './blocks.ts';
import { type Interval, type Plan, planChecks } from './checks.ts';
import { type Code, OP } from './emitter.ts';
import { entryBias, flatTable, guestMemoryAt, SLOT, tableClass, watchedFlagsAt } from './layout.ts';
import type { Node } from './region.ts';
import type { Span } from './spans.ts';

/**
 * How the region reaches memory. `direct`: paging is off, and R covers all of memory. `relocated`: paging is off, with
 * another R or a LIMIT. `paged`: paging is on.
 */
export type AddressMode = 'direct' | 'relocated' | 'paged';

/** The facts about the machine that accesses are compiled for. */
export interface AccessTarget {
  readonly addressing: AddressMode;
  readonly ring: number;
  /** Accesses (by pc) that share no check with others; see checks.ts. */
  readonly alone: ReadonlySet<number>;
  /** Bytes of guest memory. */
  readonly memorySize: number;
  /** Paging on: the span that an access through a register is compiled for, if there is one. */
  readonly spanOf: (at: Instruction, pc: number) => Span | undefined;
  /** The span for loads that contains a whole span for stores, if there is one. */
  readonly readable: (span: Span) => Span | undefined;
}

/** What accesses use of the function that they are part of. */
export interface Surroundings {
  readonly code: Code;
  /** Pushes a general register that is not x0. */
  readonly register: (n: number) => void;
  /** A new i32 local. */
  readonly local: () => number;
  /**
   * Takes a condition from the stack; if it is true, the code of `also` runs and the region ends before the
   * instruction at `pc`.
   */
  readonly giveUpIf: (pc: number, also?: () => void) => void;
  /** Takes a condition from the stack; the code of `then` runs if it is true. */
  readonly when: (then: () => void) => void;
}

/**
 * Why an access failed. LOAD or STORE: its page is not in the flat table; NAMED is added if the address came from a
 * register. CHECK: the address is outside the span or the bounds, or the page is watched.
 */
export const MISS = { LOAD: 1, STORE: 2, NAMED: 4, CHECK: 8 } as const;

/** The locals that this file uses; they follow the three of body.ts. firstFreeLocal is the next one. */
const ADDRESS = 3;
const ENTRY = 4;
const NAMED_BOUND = 5;
const PLAIN_BOUND = 6;
const BASE = 7;
export const firstFreeLocal = 8;

/** A local whose value is not needed between instructions. */
export const SCRATCH = ADDRESS;

export class AccessEmitter {
  readonly #code: Code;
  readonly #target: AccessTarget;
  readonly #out: Surroundings;
  readonly #plans: ReadonlyMap<Node, Plan>;
  /** The locals that hold flat-table entries, by register × 2 + kind. */
  readonly #entries = new Map<number, number>();
  readonly #spans = new Map<Node, Span | undefined>();
  /** Paging off: if the bound of R or LIMIT is less than this, a comparison with it would wrap around. */
  leastBound = 0;

  constructor(blocks: readonly Block[], target: AccessTarget, surroundings: Surroundings) {
    const { addressing, alone } = target;
    this.#code = surroundings.code;
    this.#target = target;
    this.#out = surroundings;
    this.#plans = planChecks(blocks, {
      paged: addressing === 'paged',
      whole: addressing === 'direct',
      alone,
      spanOf: (node) => this.#spanOf(node),
      readable: target.readable,
    });
  }

  #spanOf(node: Node): Span | undefined {
    if (!this.#spans.has(node)) this.#spans.set(node, this.#target.spanOf(node.at as Instruction, node.pc));
    return this.#spans.get(node);
  }

  /** Whether an instruction is an access with a check, which may fail. */
  mayFail(node: Node): boolean {
    const effect = node.at?.row.effect.kind;
    if (effect !== 'load' && effect !== 'store') return false;
    return node.at?.rs1 === 0 || (this.#plans.get(node) ?? []).some((check) => check !== undefined);
  }

  /** The local that holds the flat-table entry of a register's page, for loads (0) or stores (1). */
  #entryLocal(register: number, kind: number): number {
    const key = register * 2 + kind;
    const local = this.#entries.get(key) ?? this.#out.local();
    this.#entries.set(key, local);
    return local;
  }

  /** Emits what the function does once, on entry: loads the bounds and the base. */
  emitEntry(): void {
    if (this.#target.addressing !== 'relocated') return;
    const code = this.#code;
    code.constant(0).memory(OP.i32_load, SLOT.NAMED_BOUND).set(NAMED_BOUND);
    code.constant(0).memory(OP.i32_load, SLOT.PLAIN_BOUND).set(PLAIN_BOUND);
    code.constant(0).memory(OP.i32_load, SLOT.BASE).set(BASE);
  }

  /**
   * Emits the checks of an access, which give up if it cannot be made here, and pushes the address in host memory.
   * Returns the static offset that the load or store must add.
   */
  emitAddress(node: Node, width: number, store: boolean): number {
    const at = node.at as Instruction;
    if (at.rs1 === 0) return this.#emitConstantAddress(node, width, store);
    const [first, second] = this.#plans.get(node) as Plan;
    if (this.#target.addressing === 'paged') {
      const kind = store ? 1 : 0;
      const check = store ? second : first;
      const span = this.#spanOf(node);
      if (span !== undefined) return this.#emitSpanAddress(node, check, span);
      const entry = this.#entryLocal(at.rs1, kind);
      if (check !== undefined) this.#emitPageCheck(node, check, entry, store);
      this.#out.register(at.rs1);
      this.#code.get(entry).op(OP.i32_add);
      return entryBias + at.imm;
    }
    if (first !== undefined) this.#emitBoundCheck(node, first);
    if (second !== undefined) this.#emitWatchCheck(node, second);
    this.#out.register(at.rs1);
    const offset = this.#target.alone.has(node.pc) ? this.#addWrapping(at.imm) : at.imm;
    if (this.#target.addressing === 'relocated') this.#code.get(BASE).op(OP.i32_add);
    return guestMemoryAt + offset;
  }

  /** Like emitAddress, for an access within a span. */
  #emitSpanAddress(node: Node, check: Interval | undefined, span: Span): number {
    const at = node.at as Instruction;
    if (check !== undefined) this.#emitSpanCheck(node, check, span);
    const offset = guestMemoryAt + span.offset + at.imm;
    this.#out.register(at.rs1);
    return offset >= 0 && !this.#target.alone.has(node.pc) ? offset : this.#addWrapping(offset);
  }

  /** Adds `offset` to the address on the stack as the guest does, modulo 2^32; returns the static offset that is left. */
  #addWrapping(offset: number): 0 {
    this.#code.constant(offset | 0).op(OP.i32_add);
    return 0;
  }

  /** Gives up if an interval is not wholly within a span. */
  #emitSpanCheck({ at, pc }: Node, { low, high }: Interval, { from, to }: Span): void {
    const code = this.#code;
    this.#out.register(at?.rs1 ?? 0);
    if (low !== from) code.constant((low - from) | 0).op(OP.i32_add);
    code.constant((to - from - (high - low)) | 0).op(OP.i32_gt_u);
    this.#out.giveUpIf(pc, () => this.#noteWhat(MISS.CHECK));
  }

  /** Pushes the address at which an interval around a register's value begins. */
  #pushStart({ at }: Node, { low }: Interval): void {
    this.#out.register(at?.rs1 ?? 0);
    if (low !== 0) this.#code.constant(low).op(OP.i32_add);
  }

  /**
   * Paging off: one comparison with R's bound. An interval that begins below 0 fails too: as an unsigned number its
   * start is very large.
   */
  #emitBoundCheck(node: Node, check: Interval): void {
    const length = check.high - check.low;
    this.leastBound = Math.max(this.leastBound, length);
    this.#pushStart(node, check);
    this.#pushLastStart(length, NAMED_BOUND);
    this.#code.op(OP.i32_gt_u);
    this.#out.giveUpIf(node.pc, () => this.#noteWhat(MISS.CHECK));
  }

  /** Pushes the last address at which an access of `span` bytes ends in bounds. */
  #pushLastStart(span: number, bound: number): void {
    if (this.#target.addressing === 'direct') this.#code.constant(this.#target.memorySize - span);
    else this.#code.get(bound).constant(span).op(OP.i32_sub);
  }

  /** Paging off, stores: gives up if the page is watched, or the next page if the interval reaches it. */
  #emitWatchCheck(node: Node, check: Interval): void {
    this.#pushStart(node, check);
    this.#emitWatchLookup(node.pc, check.high - check.low);
  }

  /** Gives up if one of the `span` bytes from the address on the stack is on a watched page. */
  #emitWatchLookup(pc: number, span: number): void {
    const code = this.#code;
    if (this.#target.addressing === 'relocated') code.get(BASE).op(OP.i32_add);
    code.tee(ADDRESS).constant(12).op(OP.i32_shr_u).memory(OP.i32_load8_u, watchedFlagsAt).tee(ENTRY);
    this.#out.when(() => {
      code.get(ENTRY).constant(WATCH.NEXT).op(OP.i32_ne);
      code
        .get(ADDRESS)
        .constant(4095)
        .op(OP.i32_and)
        .constant(4096 - span)
        .op(OP.i32_gt_u, OP.i32_or);
      this.#out.giveUpIf(pc, () => this.#noteWhat(MISS.CHECK));
    });
  }

  /**
   * Paging on: loads the flat table's entry, and gives up if it is 0 (the page is not in the table) or if the interval
   * crosses a page boundary. The code has two branches because V8 would turn both conditions into numbers to combine
   * them, which costs more.
   */
  #emitPageCheck(node: Node, { low, high }: Interval, entry: number, store: boolean): void {
    const code = this.#code;
    const span = high - low;
    const giveUp = () =>
      this.#out.giveUpIf(node.pc, () => this.#noteMiss((store ? MISS.STORE : MISS.LOAD) | MISS.NAMED));
    this.#pushStart(node, { low, high });
    code.tee(ADDRESS).constant(10).op(OP.i32_shr_u).constant(0x3ffffc).op(OP.i32_and);
    code.memory(OP.i32_load, flatTable(tableClass(this.#target.ring, true), store));
    code.tee(entry).op(OP.i32_eqz);
    giveUp();
    if (span === 1) return;
    code.get(ADDRESS).constant(4095).op(OP.i32_and);
    code.constant(4096 - span).op(OP.i32_gt_u);
    giveUp();
  }

  /** Stores the address (in ADDRESS) that missed, and why, for the engine. */
  #noteMiss(what: number): void {
    this.#code.constant(0).get(ADDRESS).memory(OP.i32_store, SLOT.MISS_ADDRESS);
    this.#noteWhat(what);
  }

  #noteWhat(what: number): void {
    this.#code.constant(0).constant(what).memory(OP.i32_store, SLOT.MISS);
  }

  /**
   * An access whose base is x0: its address is known when the region is compiled. If it crosses a page boundary, it
   * gives up.
   */
  #emitConstantAddress(node: Node, width: number, store: boolean): number {
    const code = this.#code;
    const va = (node.at?.imm ?? 0) >>> 0;
    if (this.#target.addressing === 'paged') {
      code.constant(va | 0).set(ADDRESS);
      code
        .constant(0)
        .memory(OP.i32_load, flatTable(tableClass(this.#target.ring, false), store) + (va >>> 12) * 4);
      code
        .tee(ENTRY)
        .op(OP.i32_eqz)
        .constant((va & 4095) > 4096 - width ? 1 : 0)
        .op(OP.i32_or);
      this.#out.giveUpIf(node.pc, () => this.#noteMiss(store ? MISS.STORE : MISS.LOAD));
      code
        .constant(va | 0)
        .get(ENTRY)
        .op(OP.i32_add);
      return entryBias;
    }
    code.constant(va | 0);
    this.#pushLastStart(width, PLAIN_BOUND);
    code.op(OP.i32_gt_u);
    this.#out.giveUpIf(node.pc, () => this.#noteWhat(MISS.CHECK));
    if (store) {
      code.constant(va | 0);
      this.#emitWatchLookup(node.pc, width);
    }
    code.constant(va | 0);
    if (this.#target.addressing === 'relocated') code.get(BASE).op(OP.i32_add);
    return guestMemoryAt;
  }
}
