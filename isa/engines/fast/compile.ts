/**
 * A region as one WebAssembly function, `run(fuel) -> fuel left`.
 *
 * On entry the registers it reads are loaded into locals; on every way out those it may
 * have changed are stored (registers.ts), and the address to go on at. Fuel is steps: a block takes its
 * own on entry, the entry and each loop header check that the longest way to the next
 * check is there. An instruction that cannot complete here is not begun: the function
 * ends before it and gives back the fuel of the block's rest.
 *
 * Structure follows the dominator tree (blocks.ts): a loop header opens a `loop`, a merge
 * point is placed after a `block` that all its forward edges leave.
 */
import type { Effect } from '../../table/effects.ts';
import type { Instruction } from '../../table/row.ts';
import { AccessEmitter, type AccessTarget, firstFreeLocal, SCRATCH } from './access.ts';
import { type Block, dominates, isBackward, makeBlocks, nextRound, stepsOf } from './blocks.ts';
import { convertBranches } from './choices.ts';
import { Code, OP, regionModule, regionType, systemFunction, VOID } from './emitter.ts';
import { emitExpression } from './expression.ts';
import { jumpCache, SLOT } from './layout.ts';
import { shapeLoops } from './loops.ts';
import type { Node, NodeKind, Region } from './region.ts';
import { type Places, readBy, RegisterPlan, registersIn, writtenBy } from './registers.ts';

export interface Target extends AccessTarget {
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
const FIRST_REGISTER = firstFreeLocal;

/** WAY's values out of the region: to the engine; by the jump cache; more: as HOP, at the indirect jump WAY - 1. */
const HOP = 1;

type Frame =
  | { readonly kind: 'end' | 'if' }
  | { readonly kind: 'out'; readonly dirty: number }
  | { readonly kind: 'loop' | 'after'; readonly block: Block };

/** Kinds of nodes that leave the region. */
const leaves: ReadonlySet<NodeKind> = new Set(['leave', 'stop', 'indirect']);

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
  /** Whether system instructions take care of loops beside them. */
  readonly #sparesLoops: boolean;
  readonly #plan: RegisterPlan;
  /** Where registers are at the present instruction. */
  #places: Places = { memory: 0, dirty: 0 };
  readonly #accesses: AccessEmitter;
  /** Locals after the registers', for flat-table entries. */
  #extraLocals = 0;
  readonly #frames: Frame[] = [];
  /** Blocks whose fuel was taken with that of the round before. */
  readonly #paid = new Set<Block>();
  /** Fuel already taken for instructions of the block, and further rounds, that are not done yet, the present one included. */
  #ahead = 0;

  constructor(region: Region, target: Target) {
    this.#target = target;
    const shaped = shapeLoops(convertBranches(region));
    this.#blocks = makeBlocks(shaped);
    this.#sparesLoops = hasLoopWithoutSystem(this.#blocks);
    this.#plan = new RegisterPlan(this.#blocks, this.#sparesLoops);
    for (const node of shaped.nodes) this.#noteRegisters(node);
    this.#accesses = new AccessEmitter(this.#blocks, target, {
      code: this.#code,
      register: (n) => this.#code.get(this.#locals.get(n) as number),
      local: () => this.#newLocal(),
      giveUpIf: (pc, also) =>
        this.#emitIf(() => {
          also?.();
          this.#emitGiveUp(pc);
        }),
      when: (then) => this.#emitIf(then),
    });
  }

  compile(): Compiled {
    const [entry] = this.#blocks as readonly [Block, ...Block[]];
    const code = this.#code;
    this.#emitEntry(entry);
    code.op(OP.block, VOID);
    this.#frames.push({ kind: 'end' });
    this.#emitWithWaysOut(this.#sharedWaysOut(), entry);
    this.#frames.pop();
    code.op(OP.end);
    this.#emitEnd();
    const locals = FIRST_REGISTER - 1 + this.#locals.size + this.#extraLocals;
    return { module: regionModule(code, locals, this.#target.memoryPages), longest: entry.longest };
  }

  #newLocal(): number {
    return FIRST_REGISTER + this.#locals.size + this.#extraLocals++;
  }

  #noteRegisters(node: Node): void {
    for (const n of registersIn(readBy(node) | writtenBy(node))) {
      if (!this.#locals.has(n)) this.#locals.set(n, FIRST_REGISTER + this.#locals.size);
    }
  }

  // ---- In and out ----

  #emitEntry(entry: Block): void {
    const code = this.#code;
    const { pc } = entry.nodes[0] as Node;
    code.get(FUEL).constant(entry.longest).op(OP.i32_lt_s, OP.if, VOID);
    code.constant(0).constant(pc).memory(OP.i32_store, SLOT.PC);
    code.get(FUEL).op(OP.return, OP.end);
    this.#loadRegisters(this.#plan.liveInto(entry));
    this.#accesses.emitEntry();
  }

  #loadRegisters(set: number): void {
    for (const n of registersIn(set)) {
      this.#code.constant(0).memory(OP.i32_load, 4 * n);
      this.#code.set(this.#locals.get(n) as number);
    }
  }

  #storeRegisters(set: number): void {
    for (const n of registersIn(set)) {
      this.#code.constant(0).get(this.#locals.get(n) as number);
      this.#code.memory(OP.i32_store, 4 * n);
    }
  }

  /** The sets of registers that several ways out have to store. */
  #sharedWaysOut(): number[] {
    const times = new Map<number, number>();
    const note = ({ dirty }: Places) => times.set(dirty, (times.get(dirty) ?? 0) + 1);
    for (const block of this.#blocks) {
      let places = this.#plan.into(block);
      if (block.isLoopHeader) note(places);
      for (const node of block.nodes) {
        const after = this.#plan.after(node, places);
        if (node.kind === 'plain' ? this.#accesses.mayFail(node) : leaves.has(node.kind)) note(places);
        if (node.kind === 'indirect' || node.kind === 'system') note(after);
        places = after;
      }
    }
    return [...times.keys()].filter((dirty) => (times.get(dirty) as number) > 1);
  }

  /** The region's code, and after it what each shared way out stores. */
  #emitWithWaysOut(waysOut: readonly number[], entry: Block): void {
    const [dirty, ...rest] = waysOut;
    if (dirty === undefined) {
      this.#emitTree(entry);
      return;
    }
    this.#code.op(OP.block, VOID);
    this.#frames.push({ kind: 'out', dirty });
    this.#emitWithWaysOut(rest, entry);
    this.#frames.pop();
    this.#code.op(OP.end);
    this.#storeRegisters(dirty);
    this.#code.branch(this.#depth((frame) => frame.kind === 'end'));
  }

  /** All is stored: goes on in another region by the jump cache if that is asked and possible. */
  #emitEnd(): void {
    const code = this.#code;
    code.constant(0).get(PC).memory(OP.i32_store, SLOT.PC);
    code.get(WAY).op(OP.if, VOID);
    code
      .get(PC)
      .constant(1)
      .op(OP.i32_shl)
      .constant((jumpCache.entries - 1) * 8)
      .op(OP.i32_and)
      .tee(SCRATCH);
    code
      .memory(OP.i32_load, jumpCache.at)
      .get(PC)
      .constant(this.#target.ring)
      .op(OP.i32_or, OP.i32_eq, OP.if, VOID);
    code
      .get(FUEL)
      .get(SCRATCH)
      .memory(OP.i32_load, jumpCache.at + 4);
    code.byte(OP.return_call_indirect).unsigned(regionType).unsigned(0);
    code.op(OP.end);
    code.constant(0).get(WAY).memory(OP.i32_store, SLOT.SITE);
    code.op(OP.end).get(FUEL);
  }

  /** Leaves the region; `way` is 0, HOP, or a site. PC is set. */
  #emitLeave(way: number): void {
    if (way !== 0) this.#code.constant(way).set(WAY);
    const { dirty } = this.#places;
    const shared = this.#frames.some((frame) => frame.kind === 'out' && frame.dirty === dirty);
    if (!shared) this.#storeRegisters(dirty);
    this.#code.branch(
      this.#depth((frame) => (shared ? frame.kind === 'out' && frame.dirty === dirty : frame.kind === 'end')),
    );
  }

  #emitLeaveTo(pc: number, way: number): void {
    this.#code.constant(pc).set(PC);
    this.#emitLeave(way);
  }

  /** Ends before the present instruction: gives back its fuel and that of the rest of its block. */
  #emitGiveUp(pc: number): void {
    this.#giveBack(this.#ahead);
    this.#emitLeaveTo(pc, 0);
  }

  #giveBack(steps: number): void {
    if (steps !== 0) this.#code.get(FUEL).constant(steps).op(OP.i32_add).set(FUEL);
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
    if (nextRound(from) === to) this.#paid.add(to);
    else this.#giveBack(stepsInRounds(from));
    if (isBackward(from, to) && !dominates(to, from)) {
      this.#emitLeaveTo((to.nodes[0] as Node).pc, HOP);
      return;
    }
    const places = this.#places;
    this.#storeRegisters(places.dirty & this.#plan.into(to).memory);
    if (isBackward(from, to)) {
      this.#code.branch(this.#depth((frame) => frame.kind === 'loop' && frame.block === to));
    } else if (to.forwardEdges > 1) {
      this.#code.branch(this.#depth((frame) => frame.kind === 'after' && frame.block === to));
    } else this.#emitTree(to);
    this.#places = places;
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
    this.#places = this.#plan.into(block);
    if (block.isLoopHeader) {
      code.get(FUEL).constant(block.longest).op(OP.i32_lt_s);
      this.#emitIf(() => this.#emitLeaveTo(first.pc, 0));
    }
    const steps = block.size + stepsInRounds(block);
    if (!this.#paid.has(block)) this.#giveBack(-steps);
    this.#ahead = steps;
    for (const node of block.nodes) {
      this.#emitNode(node, block);
      this.#places = this.#plan.after(node, this.#places);
      this.#ahead -= stepsOf(node);
    }
    if (block.successors.length === 1 && block.nodes.at(-1)?.kind !== 'indirect') {
      this.#emitGoto(block, block.successors[0] as Block);
    }
  }

  #emitNode(node: Node, block: Block): void {
    switch (node.kind) {
      case 'join':
        return;
      case 'choice':
        this.#emitChoice(node);
        return;
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

  /** Computes what the branch skips, and chooses by its condition; the fuel of what was skipped is given back. */
  #emitChoice(node: Node): void {
    const code = this.#code;
    const { skipped = [] } = node;
    const written = [...registersIn(writtenBy(node))].map((n) => this.#locals.get(n) as number);
    const condition = this.#newLocal();
    const old = written.map(() => this.#newLocal());
    this.#emitCondition(node);
    code.set(condition);
    for (const [n, local] of written.entries()) code.get(local).set(old[n] as number);
    for (const each of skipped) this.#emitPlain(each);
    for (const [n, local] of written.entries())
      code
        .get(old[n] as number)
        .get(local)
        .get(condition)
        .op(OP.select)
        .set(local);
    code.get(FUEL).get(condition).constant(skipped.length).op(OP.i32_mul, OP.i32_add).set(FUEL);
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
    const before = this.#places;
    const after = this.#plan.after(node, before);
    emitExpression(this.#place(node), this.#effect(node, 'jump').target);
    code.set(PC);
    for (const [n, successor] of node.successors.entries()) {
      code.get(PC).constant(successor.pc).op(OP.i32_eq);
      this.#emitIf(() => {
        this.#emitLink(node);
        this.#places = after;
        this.#emitGoto(block, block.successors[n] as Block);
      });
    }
    this.#ahead = ahead;
    this.#places = before;
    code.get(PC).constant(3).op(OP.i32_and);
    this.#emitIf(() => this.#emitGiveUp(node.pc));
    this.#emitLink(node);
    this.#places = after;
    this.#emitLeave(node.pc + 1);
  }

  /**
   * The interpreter executes the instruction on the registers in memory; the region ends if it asks so.
   *
   * V8 keeps what lives across the call in the stack as well, stored wherever it is computed, also in loops
   * that never come here. Where there are such loops, nothing does: all is stored before, and loaded after if
   * it is read again.
   */
  #emitSystem(node: Node): void {
    const code = this.#code;
    const at = node.at as Instruction;
    const { dirty } = this.#places;
    // rd too: an instruction that traps leaves it as it is.
    this.#storeRegisters(this.#sparesLoops ? dirty : dirty & (readBy(node) | writtenBy(node)));
    if (this.#sparesLoops) code.constant(0).get(FUEL).memory(OP.i32_store, SLOT.FUEL);
    code.constant(this.#target.site(at, node.pc));
    code.get(FUEL).constant(this.#ahead).op(OP.i32_add);
    code.byte(OP.call).unsigned(systemFunction);
    const read = this.#plan.liveAfter(node);
    this.#loadRegisters(this.#sparesLoops ? read : read & writtenBy(node));
    if (this.#sparesLoops) {
      this.#accesses.emitEntry();
      code.constant(0).memory(OP.i32_load, SLOT.FUEL).set(FUEL);
    }
    this.#places = this.#plan.after(node, this.#places);
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
    const offset = this.#accesses.emitAddress(node, width, false);
    code.memory(loadOps[`${width}${signed || width === 4}`] as number, offset);
    if (node.at?.rd === 0) code.op(OP.drop);
    else this.#setResult(node);
  }

  #emitStore(node: Node, { width, value }: Extract<Effect, { kind: 'store' }>): void {
    const code = this.#code;
    const offset = this.#accesses.emitAddress(node, width, true);
    emitExpression(this.#place(node), value);
    code.memory(storeOps[width], offset);
  }
}

/** Steps of the rounds of an unrolled loop that follow a block's. */
function stepsInRounds(block: Block): number {
  const next = nextRound(block);
  return next === undefined ? 0 : next.size + stepsInRounds(next);
}

/** Whether a loop has no system instruction: between its header and its last way back, in the blocks' order. */
function hasLoopWithoutSystem(blocks: readonly Block[]): boolean {
  return blocks.some((header) => {
    const back = blocks.filter((block) => block.successors.includes(header) && isBackward(block, header));
    const last = Math.max(...back.map(({ order }) => order));
    const body = blocks.filter(({ order }) => order >= header.order && order <= last);
    return back.length > 0 && !body.some(({ nodes }) => nodes.some(({ kind }) => kind === 'system'));
  });
}
