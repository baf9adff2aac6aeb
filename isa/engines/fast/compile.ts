/**
 * A region as one WebAssembly function, `run(fuel) -> fuel left`.
 *
 * On entry the registers it uses are loaded into locals; on every way out those it may
 * have changed are stored, and the address to go on at. Fuel is steps: a block takes its
 * own on entry, the entry and each loop header check that the longest way to the next
 * check is there. An instruction that cannot complete here is not begun: the function
 * ends before it and gives back the fuel of the block's rest.
 *
 * Structure follows the dominator tree (blocks.ts): a loop header opens a `loop`, a merge
 * point is placed after a `block` that all its forward edges leave.
 */
import type { Effect } from '../../table/effects.ts';
import { WATCH } from '../../machine/memory.ts';
import type { Instruction } from '../../table/row.ts';
import { type Block, dominates, isBackward, makeBlocks } from './blocks.ts';
import { type Interval, type Plan, planChecks } from './checks.ts';
import { Code, OP, regionModule, regionType, systemFunction, VOID } from './emitter.ts';
import { emitExpression } from './expression.ts';
import {
  entryBias,
  flatTable,
  guestMemoryAt,
  jumpCache,
  SLOT,
  tableClass,
  watchedFlagsAt,
} from './layout.ts';
import type { Node, Region } from './region.ts';

/** How the region reaches memory: paging off and R all of memory, paging off and another R or a LIMIT, or paging on. */
export type Addressing = 'direct' | 'relocated' | 'paged';

export interface Target {
  readonly addressing: Addressing;
  readonly ring: number;
  /** Accesses (by pc) that check for themselves; see checks.ts. */
  readonly alone: ReadonlySet<number>;
  /** Bytes of guest memory. */
  readonly memorySize: number;
  /** 64 KiB pages of the memory that the module imports. */
  readonly memoryPages: number;
  /** Registers the instruction with the interpreter and returns its number for `system`. */
  readonly site: (at: Instruction, pc: number) => number;
}

export interface Compiled {
  readonly module: Uint8Array;
  /** Fuel without which the region does nothing. */
  readonly longest: number;
}

/** Compiles a region whose entry is an instruction to be compiled. */
export function compileRegion(region: Region, target: Target): Compiled {
  return new Compiler(region, target).compile();
}

/** Locals. FUEL is the parameter; registers follow FIRST_REGISTER. */
const FUEL = 0;
const PC = 1;
const WAY = 2;
const ADDRESS = 3;
const ENTRY = 4;
const NAMED_BOUND = 5;
const PLAIN_BOUND = 6;
const BASE = 7;
const FIRST_REGISTER = 8;

/** WAY's values out of the region: to the engine; by the jump cache; more: as HOP, at the indirect jump WAY - 1. */
const HOP = 1;

/** MISS: what missed. */
export const MISS = { LOAD: 1, STORE: 2, NAMED: 4 } as const;

type Frame = { readonly kind: 'out' | 'if' } | { readonly kind: 'loop' | 'after'; readonly block: Block };

const loadOps: Readonly<Record<string, number>> = {
  '1true': OP.i32_load8_s,
  '1false': OP.i32_load8_u,
  '2true': OP.i32_load16_s,
  '2false': OP.i32_load16_u,
  '4true': OP.i32_load,
};
const storeOps = { 1: OP.i32_store8, 2: OP.i32_store16, 4: OP.i32_store } as const;

class Compiler {
  readonly #code = new Code();
  readonly #target: Target;
  readonly #blocks: readonly Block[];
  /** Local of each register in use, by number. */
  readonly #locals = new Map<number, number>();
  readonly #written = new Set<number>();
  readonly #plans: ReadonlyMap<Node, Plan>;
  /** Locals of flat-table entries, by register × 2 + kind. */
  readonly #entries = new Map<number, number>();
  readonly #frames: Frame[] = [];
  /** Fuel already taken for instructions of the block that are not done yet, the present one included. */
  #ahead = 0;

  constructor(region: Region, target: Target) {
    this.#target = target;
    this.#blocks = makeBlocks(region);
    for (const node of region.nodes) this.#noteRegisters(node);
    const paged = target.addressing === 'paged';
    this.#plans = planChecks(this.#blocks, {
      paged,
      whole: target.addressing === 'direct',
      alone: target.alone,
    });
    for (const [{ at }, plan] of paged ? this.#plans : []) {
      for (const kind of [0, 1]) if (plan[kind] !== undefined) this.#entryLocal(at?.rs1 ?? 0, kind);
    }
  }

  /** The local that holds the flat-table entry of a register's page, for loads (0) or stores (1). */
  #entryLocal(register: number, kind: number): number {
    const key = register * 2 + kind;
    const local = this.#entries.get(key) ?? FIRST_REGISTER + this.#locals.size + this.#entries.size;
    this.#entries.set(key, local);
    return local;
  }

  compile(): Compiled {
    const [entry] = this.#blocks as readonly [Block, ...Block[]];
    const code = this.#code;
    this.#emitEntry(entry);
    code.op(OP.block, VOID);
    this.#frames.push({ kind: 'out' });
    this.#emitTree(entry);
    code.op(OP.end);
    this.#emitOut();
    const locals = FIRST_REGISTER - 1 + this.#locals.size + this.#entries.size;
    return { module: regionModule(code, locals, this.#target.memoryPages), longest: entry.longest };
  }

  #noteRegisters({ at, kind }: Node): void {
    if (at === undefined || kind === 'stop') return;
    for (const n of [at.rs1, at.rs2, at.rd]) {
      if (n !== 0 && !this.#locals.has(n)) this.#locals.set(n, FIRST_REGISTER + this.#locals.size);
    }
    if (at.rd !== 0) this.#written.add(at.rd);
  }

  // ---- In and out ----

  #emitEntry(entry: Block): void {
    const code = this.#code;
    const { addressing } = this.#target;
    const { pc } = entry.nodes[0] as Node;
    code.get(FUEL).constant(entry.longest).op(OP.i32_lt_s, OP.if, VOID);
    code.constant(0).constant(pc).memory(OP.i32_store, SLOT.PC);
    code.get(FUEL).op(OP.return, OP.end);
    for (const [n, local] of this.#locals)
      code
        .constant(0)
        .memory(OP.i32_load, 4 * n)
        .set(local);
    if (addressing !== 'relocated') return;
    code.constant(0).memory(OP.i32_load, SLOT.NAMED_BOUND).set(NAMED_BOUND);
    code.constant(0).memory(OP.i32_load, SLOT.PLAIN_BOUND).set(PLAIN_BOUND);
    code.constant(0).memory(OP.i32_load, SLOT.BASE).set(BASE);
  }

  /** Stores what changed; goes on in another region by the jump cache if that is asked and possible. */
  #emitOut(): void {
    const code = this.#code;
    for (const n of this.#written) {
      code
        .constant(0)
        .get(this.#locals.get(n) as number)
        .memory(OP.i32_store, 4 * n);
    }
    code.constant(0).get(PC).memory(OP.i32_store, SLOT.PC);
    code.get(WAY).op(OP.if, VOID);
    code
      .get(PC)
      .constant(1)
      .op(OP.i32_shl)
      .constant((jumpCache.entries - 1) * 8)
      .op(OP.i32_and)
      .tee(ADDRESS);
    code
      .memory(OP.i32_load, jumpCache.at)
      .get(PC)
      .constant(this.#target.ring)
      .op(OP.i32_or, OP.i32_eq, OP.if, VOID);
    code
      .get(FUEL)
      .get(ADDRESS)
      .memory(OP.i32_load, jumpCache.at + 4);
    code.byte(OP.return_call_indirect).unsigned(regionType).unsigned(0);
    code.op(OP.end);
    code.constant(0).get(WAY).memory(OP.i32_store, SLOT.SITE);
    code.op(OP.end).get(FUEL);
  }

  /** Leaves the region; `way` is 0, HOP, or a site. PC is set. */
  #emitLeave(way: number): void {
    if (way !== 0) this.#code.constant(way).set(WAY);
    this.#code.branch(this.#depth((frame) => frame.kind === 'out'));
  }

  #emitLeaveTo(pc: number, way: number): void {
    this.#code.constant(pc).set(PC);
    this.#emitLeave(way);
  }

  /** Ends before the present instruction: gives back its fuel and that of the rest of its block. */
  #emitGiveUp(pc: number): void {
    this.#code.get(FUEL).constant(this.#ahead).op(OP.i32_add).set(FUEL);
    this.#emitLeaveTo(pc, 0);
  }

  #depth(wanted: (frame: Frame) => boolean): number {
    for (let depth = 0; depth < this.#frames.length; depth++) {
      const frame = this.#frames[this.#frames.length - 1 - depth];
      if (frame !== undefined && wanted(frame)) return depth;
    }
    throw new Error('a branch in a region has no target');
  }

  // ---- Structure ----

  #emitTree(block: Block): void {
    const merges = block.children
      .filter(({ forwardEdges }) => forwardEdges > 1)
      .sort((a, b) => a.order - b.order);
    if (!block.isLoopHeader) {
      this.#emitWithin(block, merges);
      return;
    }
    this.#code.op(OP.loop, VOID);
    this.#frames.push({ kind: 'loop', block });
    this.#emitWithin(block, merges);
    this.#frames.pop();
    this.#code.op(OP.end);
  }

  /** The block's own code inside a `block` for each merge point it dominates, innermost first. */
  #emitWithin(block: Block, merges: readonly Block[]): void {
    const last = merges.at(-1);
    if (last === undefined) {
      this.#emitBlock(block);
      return;
    }
    this.#code.op(OP.block, VOID);
    this.#frames.push({ kind: 'after', block: last });
    this.#emitWithin(block, merges.slice(0, -1));
    this.#frames.pop();
    this.#code.op(OP.end);
    this.#emitTree(last);
  }

  #emitGoto(from: Block, to: Block): void {
    if (isBackward(from, to)) {
      if (!dominates(to, from)) this.#emitLeaveTo((to.nodes[0] as Node).pc, HOP);
      else this.#code.branch(this.#depth((frame) => frame.kind === 'loop' && frame.block === to));
    } else if (to.forwardEdges > 1) {
      this.#code.branch(this.#depth((frame) => frame.kind === 'after' && frame.block === to));
    } else this.#emitTree(to);
  }

  /** Code in an `if` whose condition is on the stack. */
  #emitIf(then: () => void, otherwise?: () => void): void {
    this.#code.op(OP.if, VOID);
    this.#frames.push({ kind: 'if' });
    then();
    if (otherwise !== undefined) {
      this.#code.op(OP.else);
      otherwise();
    }
    this.#frames.pop();
    this.#code.op(OP.end);
  }

  // ---- Blocks and instructions ----

  #emitBlock(block: Block): void {
    const code = this.#code;
    const [first] = block.nodes as readonly [Node, ...Node[]];
    if (block.isLoopHeader) {
      code.get(FUEL).constant(block.longest).op(OP.i32_lt_s);
      this.#emitIf(() => this.#emitLeaveTo(first.pc, 0));
    }
    if (block.size > 0) code.get(FUEL).constant(block.size).op(OP.i32_sub).set(FUEL);
    this.#ahead = block.size;
    for (const node of block.nodes) {
      this.#emitNode(node, block);
      this.#ahead -= 1;
    }
    if (block.successors.length === 1 && block.nodes.at(-1)?.kind !== 'indirect') {
      this.#emitGoto(block, block.successors[0] as Block);
    }
  }

  #emitNode(node: Node, block: Block): void {
    switch (node.kind) {
      case 'leave':
        this.#emitLeaveTo(node.pc, HOP);
        return;
      case 'stop':
        this.#emitLeaveTo(node.pc, 0);
        return;
      case 'plain':
        this.#emitPlain(node);
        return;
      case 'system':
        this.#emitSystem(node);
        return;
      case 'jump':
        this.#emitLink(node);
        return;
      case 'branch':
        this.#emitCondition(node);
        this.#emitIf(
          () => this.#emitGoto(block, block.successors[0] as Block),
          () => this.#emitGoto(block, block.successors[1] as Block),
        );
        return;
      case 'indirect':
        this.#emitIndirect(node, block);
    }
  }

  #place({ at, pc }: Node) {
    const register = (n: number) => {
      if (n === 0) this.#code.constant(0);
      else this.#code.get(this.#locals.get(n) as number);
    };
    return { code: this.#code, at: at as Instruction, pc, register };
  }

  /** Sets rd to the value on the stack; rd is not x0. */
  #setResult({ at }: Node): void {
    this.#code.set(this.#locals.get(at?.rd ?? 0) as number);
  }

  #effect<K extends Effect['kind']>(node: Node, kind: K): Extract<Effect, { kind: K }> {
    const effect = node.at?.row.effect;
    if (effect?.kind !== kind) throw new Error(`a node at ${node.pc} is not a ${kind}`);
    return effect as Extract<Effect, { kind: K }>;
  }

  #emitPlain(node: Node): void {
    const effect = node.at?.row.effect;
    if (effect?.kind === 'set' && node.at?.rd !== 0) {
      emitExpression(this.#place(node), effect.value);
      this.#setResult(node);
    } else if (effect?.kind === 'load') this.#emitLoad(node, effect);
    else if (effect?.kind === 'store') this.#emitStore(node, effect);
  }

  #emitCondition(node: Node): void {
    emitExpression(this.#place(node), this.#effect(node, 'branch').condition);
  }

  #emitLink(node: Node): void {
    if (node.at?.rd === 0) return;
    this.#code.constant(node.pc + 4);
    this.#setResult(node);
  }

  /** A jump to a register: straight on where the target was foreseen, out where it was not. */
  #emitIndirect(node: Node, block: Block): void {
    const code = this.#code;
    const ahead = this.#ahead;
    emitExpression(this.#place(node), this.#effect(node, 'jump').target);
    code.set(PC);
    for (const [n, successor] of node.successors.entries()) {
      code.get(PC).constant(successor.pc).op(OP.i32_eq);
      this.#emitIf(() => {
        this.#emitLink(node);
        this.#emitGoto(block, block.successors[n] as Block);
      });
    }
    this.#ahead = ahead;
    code.get(PC).constant(3).op(OP.i32_and);
    this.#emitIf(() => this.#emitGiveUp(node.pc));
    this.#emitLink(node);
    this.#emitLeave(node.pc + 1);
  }

  /** The interpreter executes the instruction on the registers in memory; the region ends if it asks so. */
  #emitSystem(node: Node): void {
    const code = this.#code;
    const at = node.at as Instruction;
    // rd too: an instruction that traps leaves it as it is.
    for (const n of new Set([at.rs1, at.rs2, at.rd])) {
      if (n !== 0)
        code
          .constant(0)
          .get(this.#locals.get(n) as number)
          .memory(OP.i32_store, 4 * n);
    }
    code.constant(this.#target.site(at, node.pc));
    code.get(FUEL).constant(this.#ahead).op(OP.i32_add);
    code.byte(OP.call).unsigned(systemFunction);
    if (at.rd !== 0) {
      code.constant(0).memory(OP.i32_load, 4 * at.rd);
      this.#setResult(node);
    }
    this.#emitIf(() => {
      code
        .get(FUEL)
        .constant(this.#ahead - 1)
        .op(OP.i32_add)
        .set(FUEL);
      code.constant(0).memory(OP.i32_load, SLOT.PC).set(PC);
      this.#emitLeave(0);
    });
  }

  // ---- Memory ----

  #emitLoad(node: Node, { width, signed }: Extract<Effect, { kind: 'load' }>): void {
    const code = this.#code;
    const offset = this.#emitAddress(node, width, false);
    code.memory(loadOps[`${width}${signed || width === 4}`] as number, offset);
    if (node.at?.rd === 0) code.op(OP.drop);
    else this.#setResult(node);
  }

  #emitStore(node: Node, { width, value }: Extract<Effect, { kind: 'store' }>): void {
    const code = this.#code;
    const offset = this.#emitAddress(node, width, true);
    emitExpression(this.#place(node), value);
    code.memory(storeOps[width], offset);
  }

  /** Checks what must be checked, gives up if the access cannot be made here, and pushes the host address; returns its static offset. */
  #emitAddress(node: Node, width: number, store: boolean): number {
    const at = node.at as Instruction;
    if (at.rs1 === 0) return this.#emitConstantAddress(node, width, store);
    const [first, second] = this.#plans.get(node) as Plan;
    if (this.#target.addressing === 'paged') {
      const kind = store ? 1 : 0;
      const check = store ? second : first;
      const entry = this.#entryLocal(at.rs1, kind);
      if (check !== undefined) this.#emitPageCheck(node, check, entry, store);
      this.#pushRegister(at.rs1);
      this.#code.get(entry).op(OP.i32_add);
      return entryBias + at.imm;
    }
    if (first !== undefined) this.#emitBoundCheck(node, first);
    if (second !== undefined) this.#emitWatchCheck(node, second);
    this.#pushRegister(at.rs1);
    if (this.#target.addressing === 'relocated') this.#code.get(BASE).op(OP.i32_add);
    return guestMemoryAt + at.imm;
  }

  #pushRegister(n: number): void {
    this.#code.get(this.#locals.get(n) as number);
  }

  /** Pushes the address at which an interval off a register begins. */
  #pushStart({ at }: Node, { low }: Interval): void {
    this.#pushRegister(at?.rs1 ?? 0);
    if (low !== 0) this.#code.constant(low).op(OP.i32_add);
  }

  /** Paging off: one comparison with R's bound. An interval that begins below 0 begins, unsigned, far above. */
  #emitBoundCheck(node: Node, check: Interval): void {
    this.#pushStart(node, check);
    this.#pushLastStart(check.high - check.low, NAMED_BOUND);
    this.#code.op(OP.i32_gt_u);
    this.#emitIf(() => this.#emitGiveUp(node.pc));
  }

  /** Pushes the last address at which `span` bytes fit. */
  #pushLastStart(span: number, bound: number): void {
    if (this.#target.addressing === 'direct') this.#code.constant(this.#target.memorySize - span);
    else this.#code.get(bound).constant(span).op(OP.i32_sub);
  }

  /** Paging off, stores: whether anybody watches the page, or the next one if the interval reaches it. */
  #emitWatchCheck(node: Node, check: Interval): void {
    this.#pushStart(node, check);
    this.#emitWatchLookup(node.pc, check.high - check.low);
  }

  /** Gives up unless `span` bytes from the address on the stack can be written with nobody looking. */
  #emitWatchLookup(pc: number, span: number): void {
    const code = this.#code;
    if (this.#target.addressing === 'relocated') code.get(BASE).op(OP.i32_add);
    code.tee(ADDRESS).constant(12).op(OP.i32_shr_u).memory(OP.i32_load8_u, watchedFlagsAt).tee(ENTRY);
    this.#emitIf(() => {
      code.get(ENTRY).constant(WATCH.NEXT).op(OP.i32_ne);
      code
        .get(ADDRESS)
        .constant(4095)
        .op(OP.i32_and)
        .constant(4096 - span)
        .op(OP.i32_gt_u, OP.i32_or);
      this.#emitIf(() => this.#emitGiveUp(pc));
    });
  }

  /** Paging on: the flat table's entry, 0 = not here; an interval across pages is not for us. */
  #emitPageCheck(node: Node, { low, high }: Interval, entry: number, store: boolean): void {
    const code = this.#code;
    const span = high - low;
    this.#pushStart(node, { low, high });
    code.tee(ADDRESS).constant(10).op(OP.i32_shr_u).constant(0x3ffffc).op(OP.i32_and);
    code
      .memory(OP.i32_load, flatTable(tableClass(this.#target.ring, true), store))
      .tee(entry)
      .op(OP.i32_eqz);
    if (span > 1) {
      code
        .get(ADDRESS)
        .constant(4095)
        .op(OP.i32_and)
        .constant(4096 - span)
        .op(OP.i32_gt_u, OP.i32_or);
    }
    this.#emitIf(() => this.#emitMiss(node.pc, (store ? MISS.STORE : MISS.LOAD) | MISS.NAMED));
  }

  /** Gives up, saying which page (in ADDRESS) was wanted. */
  #emitMiss(pc: number, what: number): void {
    const code = this.#code;
    code.constant(0).get(ADDRESS).memory(OP.i32_store, SLOT.MISS_ADDRESS);
    code.constant(0).constant(what).memory(OP.i32_store, SLOT.MISS);
    this.#emitGiveUp(pc);
  }

  /** An access off x0: its address is known now. Across two pages it is not made here. */
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
      this.#emitIf(() => this.#emitMiss(node.pc, store ? MISS.STORE : MISS.LOAD));
      code
        .constant(va | 0)
        .get(ENTRY)
        .op(OP.i32_add);
      return entryBias;
    }
    code.constant(va | 0);
    this.#pushLastStart(width, PLAIN_BOUND);
    code.op(OP.i32_gt_u);
    this.#emitIf(() => this.#emitGiveUp(node.pc));
    if (store) {
      code.constant(va | 0);
      this.#emitWatchLookup(node.pc, width);
    }
    code.constant(va | 0);
    if (this.#target.addressing === 'relocated') code.get(BASE).op(OP.i32_add);
    return guestMemoryAt;
  }
}
