/**
 * Plans which loads and stores check their address, and which addresses one check covers.
 *
 * A check proves something about an interval around the value of a base register. The proof holds until the register
 * changes; when a constant is added to the register, the interval moves along. So the accesses of a block through one
 * base register share a check, and a block does not repeat a check that was made on every path to it
 * (available-expression analysis, forward over the blocks until nothing changes).
 *
 * There are two kinds of checks. With paging off, kind 0 proves that the interval is within R's bound, and kind 1 that
 * none of its pages is watched. A load needs kind 0, a store both. (If R covers all of memory, kind 1 is enough for a
 * store, because pages past the end of memory count as watched.) With paging on, kind 0 is for loads and kind 1 for
 * stores: it proves that the interval is within a span (spans.ts), or else within one page, whose flat-table entry is
 * then in the local for that register and kind.
 */
import type { Instruction } from '../../table/row.ts';
import { type Block, nextRound } from './blocks.ts';
import type { Node } from './region.ts';
import type { Span } from './spans.ts';

/** Offsets from the base register's value at the instruction: from low up to, but without, high. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Paging on: the span that contains it, if there is one. */
  readonly span?: Span | undefined;
}

/** The intervals that an access must check, by kind; undefined = none. */
export type Plan = readonly [Interval | undefined, Interval | undefined];

export interface CheckOptions {
  readonly paged: boolean;
  /** Paging off, and R covers all of memory. */
  readonly whole: boolean;
  /** Accesses (by pc) that share no check with others, because their group was found to lie across two pages. */
  readonly alone: ReadonlySet<number>;
  /** Paging on: the span that an access is expected in, if there is one. */
  readonly spanOf: (node: Node) => Span | undefined;
  /** The span for loads that contains a whole span for stores, if there is one. */
  readonly readable: (span: Span) => Span | undefined;
}

/** The intervals that are proved at some point, by kind and register. */
type Facts = readonly [(Interval | undefined)[], (Interval | undefined)[]];

const everything: Interval = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/**
 * Bytes of the longest interval of one check. With pages it is short, because a check fails if its interval crosses a
 * page boundary.
 */
const longest = { flat: 2048, paged: 512 } as const;

/** Rounds of the analysis after which an interval that still changes is given up. */
const patience = 12;

/** The plan of every load and store of the region whose base register is not x0. */
export function planChecks(blocks: readonly Block[], options: CheckOptions): ReadonlyMap<Node, Plan> {
  return new Planner(blocks, options).plan();
}

class Planner {
  readonly #blocks: readonly Block[];
  readonly #options: CheckOptions;
  readonly #plans = new Map<Node, Plan>();
  readonly #entering = new Map<Block, Facts>();
  /** The registers about which facts are wanted. */
  readonly #registers: readonly number[];

  constructor(blocks: readonly Block[], options: CheckOptions) {
    this.#blocks = blocks;
    this.#options = options;
    this.#registers = baseRegisters(blocks);
  }

  plan(): ReadonlyMap<Node, Plan> {
    for (const block of this.#blocks) this.#entering.set(block, allFacts(everything));
    const [entry] = this.#blocks;
    if (entry !== undefined) this.#entering.set(entry, allFacts(undefined));
    const stale = new Set(this.#blocks);
    for (let round = 0; stale.size > 0; round++) {
      for (const block of this.#blocks) {
        if (!stale.delete(block)) continue;
        const leaving = this.#transfer(block);
        for (const next of block.successors) {
          if (this.#meet(this.#entering.get(next) as Facts, leaving, round > patience)) stale.add(next);
        }
      }
    }
    return this.#plans;
  }

  /**
   * Removes from `into` what does not hold in `from`; true if that changed something. With `giveUp`, an interval that
   * changes is removed as a whole.
   */
  #meet(into: Facts, from: Facts, giveUp: boolean): boolean {
    let changed = false;
    for (const kind of [0, 1] as const) {
      const known = into[kind];
      const leaving = from[kind];
      for (const n of this.#registers) {
        const before = known[n];
        if (before === undefined || covers(leaving[n], before)) continue;
        known[n] = giveUp ? undefined : intersection(before, leaving[n]);
        changed = true;
      }
    }
    return changed;
  }

  /** Plans the accesses of a block; returns the facts at its end. */
  #transfer(block: Block): Facts {
    const [first, second] = this.#entering.get(block) as Facts;
    const facts: Facts = [first.slice(), second.slice()];
    for (const [n, node] of block.nodes.entries()) {
      if (node.at === undefined || node.kind === 'stop') continue;
      if (isAccess(node)) this.#plans.set(node, this.#planAccess(block, n, node.at, facts));
      for (const skipped of node.skipped ?? [])
        facts[0][skipped.at?.rd ?? 0] = facts[1][skipped.at?.rd ?? 0] = undefined;
      if (node.changesAll) for (const known of facts) known.fill(undefined);
      else if (node.kind !== 'choice') this.#define(node.at, facts);
    }
    return facts;
  }

  #planAccess(block: Block, n: number, at: Instruction, facts: Facts): Plan {
    const node = block.nodes[n] as Node;
    const own = this.#ownInterval(node, this.#spanOf(node));
    return [0, 1].map((kind) => {
      const known = facts[kind as 0 | 1];
      if (!this.#needs(at, kind) || covers(known[at.rs1], own)) return undefined;
      const wanted = this.#group(block, n, at, kind, own);
      const fact = known[at.rs1];
      known[at.rs1] = fact !== undefined && overlaps(fact, wanted) ? union(fact, wanted) : wanted;
      if (kind === 1) this.#implyLoads(at.rs1, wanted, facts[0]);
      return wanted;
    }) as unknown as Plan;
  }

  #spanOf(node: Node): Span | undefined {
    return this.#options.paged ? this.#options.spanOf(node) : undefined;
  }

  /** Where a store is allowed, a load is allowed too: if R covers all of memory, or within a span. */
  #implyLoads(register: number, wanted: Interval, loads: (Interval | undefined)[]): void {
    const span = wanted.span && this.#options.readable(wanted.span);
    if (span === undefined && !this.#options.whole) return;
    const implied = { ...wanted, span };
    if (!covers(loads[register], implied)) loads[register] = implied;
  }

  /**
   * The interval of the access alone. WebAssembly adds a positive static offset without wrapping around, so the register's
   * value must be in bounds too, unless the address is computed (access.ts) or checked by page.
   */
  #ownInterval({ at, pc }: Node, span: Span | undefined): Interval {
    const { paged, alone } = this.#options;
    const low = at?.imm ?? 0;
    const high = low + (at === undefined ? 0 : widthOf(at));
    const isExact = alone.has(pc) || (paged && span === undefined);
    return { low: isExact ? low : Math.min(low, 0), high, span };
  }

  /** Whether an access needs a check of `kind`. */
  #needs(at: Instruction, kind: number): boolean {
    const store = at.row.effect.kind === 'store';
    if (this.#options.paged || (this.#options.whole && store)) return store === (kind === 1);
    return kind === 0 || store;
  }

  /**
   * The interval of the access together with those of later accesses through the same register value, in the block or in
   * the next rounds of its unrolled loop.
   */
  #group(block: Block, n: number, { rs1 }: Instruction, kind: number, own: Interval): Interval {
    const { paged, alone } = this.#options;
    const { span } = own;
    const most = paged && span === undefined ? longest.paged : longest.flat;
    let group = own;
    let moved = 0;
    if (alone.has((block.nodes[n] as Node).pc)) return own;
    for (const node of this.#following(block, n, most === longest.flat)) {
      const { at } = node;
      if (at === undefined || node.kind === 'stop' || node.changesAll) break;
      const joins = isAccess(node) && at.rs1 === rs1 && !alone.has(node.pc);
      if (joins && this.#needs(at, kind) && this.#spanOf(node) === span) {
        const wider = union(group, { low: at.imm + moved, high: at.imm + moved + widthOf(at), span });
        if (wider.high - wider.low > most) break;
        group = wider;
      }
      const constant = movedBy(node, at, rs1);
      if (constant === undefined) break;
      moved += constant;
    }
    return group;
  }

  /**
   * A block's nodes from the nth on; with `rounds`, then those of the next rounds of its unrolled loop, which are
   * likely to be executed.
   */
  *#following(block: Block, n: number, rounds: boolean): Iterable<Node> {
    for (let at = n; at < block.nodes.length; at++) yield block.nodes[at] as Node;
    if (!rounds) return;
    for (let next = nextRound(block); next !== undefined; next = nextRound(next)) yield* next.nodes;
  }

  /** Changes the facts for the register that an instruction writes. */
  #define(at: Instruction, facts: Facts): void {
    const rd = writes(at);
    if (rd === 0) return;
    const constant = addedConstant(at);
    for (const known of facts) {
      const fact = known[at.rs1];
      const moves = at.rs1 === rd || !this.#options.paged || fact?.span !== undefined;
      known[rd] = constant !== undefined && moves ? shift(fact, constant) : undefined;
    }
  }
}

function allFacts(fact: Interval | undefined): Facts {
  const all: (Interval | undefined)[] = [undefined];
  for (let n = 1; n < 32; n++) all.push(fact);
  return [all, all.slice()];
}

/** The base registers of accesses, and the registers from which constants lead to them. */
function baseRegisters(blocks: readonly Block[]): number[] {
  const bases = new Set<number>();
  const sources = new Map<number, Set<number>>();
  for (const { nodes } of blocks)
    for (const node of nodes) {
      const { at } = node;
      if (at === undefined) continue;
      if (isAccess(node)) bases.add(at.rs1);
      else if (addedConstant(at) !== undefined)
        sources.set(at.rd, (sources.get(at.rd) ?? new Set<number>()).add(at.rs1));
    }
  // A set may grow while it is gone through.
  for (const base of bases) for (const source of sources.get(base) ?? []) bases.add(source);
  return [...bases];
}

/** Whether a node is a load or store whose base register is not x0. */
function isAccess({ at, kind }: Pick<Node, 'at' | 'kind'>): boolean {
  const effect = at?.row.effect.kind;
  return kind === 'plain' && (effect === 'load' || effect === 'store') && at?.rs1 !== 0;
}

function widthOf(at: Instruction): number {
  const { effect } = at.row;
  return effect.kind === 'load' || effect.kind === 'store' ? effect.width : 0;
}

/** The register that an instruction writes, or 0. */
function writes(at: Instruction): number {
  return at.row.effect.kind === 'store' ? 0 : at.rd;
}

/** The constant that a node adds to a register, mostly 0; undefined if it changes the register in another way. */
function movedBy(node: Node, at: Instruction, register: number): number | undefined {
  if (node.skipped?.some((skipped) => skipped.at?.rd === register)) return undefined;
  if (node.kind === 'choice' || writes(at) !== register) return 0;
  return at.rs1 === register ? addedConstant(at) : undefined;
}

/** The constant that the instruction adds to rs1; undefined if it does something else. */
function addedConstant(at: Instruction): number | undefined {
  const { effect } = at.row;
  if (effect.kind !== 'set' || effect.value.kind !== 'operation' || at.rs1 === 0) return undefined;
  const { operator, left, right } = effect.value;
  const adds =
    operator === 'add' && left.kind === 'register' && left.field === 'rs1' && right.kind === 'immediate';
  return adds ? at.imm : undefined;
}

function covers(fact: Interval | undefined, wanted: Interval): boolean {
  if (fact === everything) return true;
  return (
    fact !== undefined && fact.span === wanted.span && fact.low <= wanted.low && fact.high >= wanted.high
  );
}

function overlaps(a: Interval, b: Interval): boolean {
  return a.span === b.span && a.low < b.high && b.low < a.high;
}

function union(a: Interval, b: Interval): Interval {
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high), span: a.span };
}

/** The same addresses, as offsets from a register that is larger by `constant`. */
function shift(fact: Interval | undefined, constant: number): Interval | undefined {
  if (fact === undefined || fact === everything) return fact;
  return { ...fact, low: fact.low - constant, high: fact.high - constant };
}

function intersection(a: Interval, b: Interval | undefined): Interval | undefined {
  if (a === everything) return b;
  if (b === undefined || a.span !== b.span) return undefined;
  const both = { ...a, low: Math.max(a.low, b.low), high: Math.min(a.high, b.high) };
  return both.low < both.high ? both : undefined;
}
