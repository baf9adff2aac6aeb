/**
 * Compiles a region to one WebAssembly function, `run(fuel) -> fuel left`.
 *
 * On entry, the function loads the registers that the region reads into locals. On every exit, it stores the
 * registers that may have changed (registers.ts) and the next pc. Fuel counts steps: a
 * block takes its fuel on entry; the region's entry and each loop header check that there is enough
 * for the longest path to the next check. An instruction that cannot complete here is not begun: the
 * function ends before it, and gives back the fuel for the rest of the block.
 *
 * The structure follows the dominator tree (blocks.ts). A loop header opens a `loop`. A merge
 * point follows the end of a `block`, and all its forward edges branch to that end.
 */
import { type Block, dominates, isBackward, makeBlocks, nextRound, stepsOf } from './blocks.ts';
import { Body, FUEL, HOP, PC } from './body.ts';
import { convertBranches } from './choices.ts';
import { OP, regionModule } from './emitter.ts';
import { SLOT } from './layout.ts';
import { shapeLoops } from './loops.ts';
import { NodeEmitter, type NodeTarget } from './nodes.ts';
import type { Node, NodeKind, Region } from './region.ts';
import { type Places, readBy, RegisterPlan, writtenBy } from './registers.ts';

export interface Target extends NodeTarget {
  /** 64 KiB pages of the memory that the module imports. */
  readonly memoryPages: number;
}

export interface Compiled {
  readonly module: Uint8Array;
  /** With less fuel than this the region executes nothing. */
  readonly longest: number;
  /** Paging off: the smallest bound of R and LIMIT for which its comparisons are right. */
  readonly leastBound: number;
}

/** Compiles a region. Its entry must be an instruction that can be compiled. */
export function compileRegion(region: Region, target: Target): Compiled {
  return new Compiler(region, target).compile();
}

/** Kinds of nodes that leave the region. */
const leaves: ReadonlySet<NodeKind> = new Set(['leave', 'stop', 'indirect']);

class Compiler {
  readonly #target: Target;
  readonly #blocks: readonly Block[];
  readonly #plan: RegisterPlan;
  readonly #body: Body;
  readonly #nodes: NodeEmitter;
  /** Blocks whose fuel was taken together with that of the round before. */
  readonly #paid = new Set<Block>();

  constructor(region: Region, target: Target) {
    this.#target = target;
    const { nodes, entry } = shapeLoops(convertBranches(region));
    this.#blocks = makeBlocks({ nodes, entry });
    this.#plan = new RegisterPlan(this.#blocks, hasLoopWithoutSystem(this.#blocks));
    this.#body = new Body(nodes.reduce((set, node) => set | readBy(node) | writtenBy(node), 0));
    this.#nodes = new NodeEmitter(this.#body, this.#blocks, this.#plan, target);
  }

  compile(): Compiled {
    const [entry] = this.#blocks as readonly [Block, ...Block[]];
    const body = this.#body;
    this.#emitEntry(entry);
    body.within({ kind: 'end' }, () => body.withWaysOut(this.#sharedWaysOut(), () => this.#emitTree(entry)));
    body.end();
    const module = regionModule(body.code, body.locals, this.#target.memoryPages);
    return { module, longest: entry.longest, leastBound: this.#nodes.accesses.leastBound };
  }

  #emitEntry(entry: Block): void {
    const { code } = this.#body;
    const { pc } = entry.nodes[0] as Node;
    code.get(FUEL).constant(entry.longest).op(OP.i32_lt_s);
    this.#body.when(() => {
      code.constant(0).constant(pc).memory(OP.i32_store, SLOT.PC);
      code.get(FUEL).op(OP.return);
    });
    this.#body.load(this.#plan.liveInto(entry));
    this.#nodes.accesses.emitEntry();
  }

  /** The sets of registers that more than one exit has to store. */
  #sharedWaysOut(): number[] {
    const times = new Map<number, number>();
    const note = ({ dirty }: Places) => times.set(dirty, (times.get(dirty) ?? 0) + 1);
    for (const block of this.#blocks) {
      let places = this.#plan.into(block);
      if (block.isLoopHeader) note(places);
      for (const node of block.nodes) {
        const after = this.#plan.after(node, places);
        if (node.kind === 'plain' ? this.#nodes.accesses.mayFail(node) : leaves.has(node.kind)) note(places);
        if (node.kind === 'indirect' || node.kind === 'system') note(after);
        places = after;
      }
    }
    return [...times.keys()].filter((dirty) => (times.get(dirty) as number) > 1);
  }

  // ---- Structure ----

  #emitTree(block: Block): void {
    const merges = block.children
      .filter(({ forwardEdges }) => forwardEdges > 1)
      .sort((a, b) => a.order - b.order);
    if (!block.isLoopHeader) this.#emitWithin(block, merges);
    else this.#body.within({ kind: 'loop', block }, () => this.#emitWithin(block, merges), OP.loop);
  }

  /**
   * Emits the block's own code inside one `block` for each merge point that it dominates; the first merge point has
   * the innermost one.
   */
  #emitWithin(block: Block, merges: readonly Block[]): void {
    const last = merges.at(-1);
    if (last === undefined) {
      this.#emitBlock(block);
      return;
    }
    const inside = () => this.#emitWithin(block, merges.slice(0, -1));
    this.#body.within({ kind: 'after', block: last }, inside);
    this.#emitTree(last);
  }

  /** Emits the way from the end of one block to its successor. */
  #emitGoto(from: Block, to: Block): void {
    this.#payRounds(from, to);
    if (isIrreducible(from, to)) this.#body.leaveTo((to.nodes[0] as Node).pc, HOP);
    else this.#emitEdge(from, to);
  }

  /**
   * The fuel of all rounds of an unrolled loop was taken with the first; an edge that leaves the loop gives back that
   * of the rest.
   */
  #payRounds(from: Block, to: Block): void {
    if (nextRound(from) === to) this.#paid.add(to);
    else this.#body.giveBack(stepsInRounds(from));
  }

  /**
   * Stores the registers that the successor expects in memory. Then branches to it, or emits it here if this edge is
   * the only forward one.
   */
  #emitEdge(from: Block, to: Block): void {
    const body = this.#body;
    const { places } = body;
    body.store(places.dirty & this.#plan.into(to).memory);
    const kind = isBackward(from, to) ? 'loop' : 'after';
    if (kind === 'after' && to.forwardEdges === 1) this.#emitTree(to);
    else body.branchTo((frame) => frame.kind === kind && frame.block === to);
    body.places = places;
  }

  // ---- Blocks ----

  #emitBlock(block: Block): void {
    const body = this.#body;
    const [first] = block.nodes as readonly [Node, ...Node[]];
    body.places = this.#plan.into(block);
    if (block.isLoopHeader) {
      body.code.get(FUEL).constant(block.longest).op(OP.i32_lt_s);
      body.when(() => body.leaveTo(first.pc, 0));
    }
    const steps = block.size + stepsInRounds(block);
    if (!this.#paid.has(block)) body.giveBack(-steps);
    body.ahead = steps;
    for (const node of block.nodes) {
      this.#emitNode(node, block);
      body.places = this.#plan.after(node, body.places);
      body.ahead -= stepsOf(node);
    }
    if (block.successors.length === 1 && block.nodes.at(-1)?.kind !== 'indirect') {
      this.#emitGoto(block, block.successors[0] as Block);
    }
  }

  #emitNode(node: Node, block: Block): void {
    switch (node.kind) {
      case 'join':
        return;
      case 'leave':
        this.#body.leaveTo(node.pc, HOP);
        return;
      case 'stop':
        this.#body.leaveTo(node.pc, 0);
        return;
      case 'plain':
        this.#nodes.plain(node);
        return;
      case 'choice':
        this.#nodes.choice(node);
        return;
      case 'system':
        this.#nodes.system(node);
        return;
      case 'jump':
        this.#nodes.link(node);
        return;
      case 'branch':
        this.#nodes.condition(node);
        this.#body.when(
          () => this.#emitGoto(block, block.successors[0] as Block),
          () => this.#emitGoto(block, block.successors[1] as Block),
        );
        return;
      case 'indirect':
        this.#emitIndirect(node, block);
    }
  }

  /**
   * Emits a jump to a register: compares the target with each expected one and continues there; leaves the region if
   * it is none of them.
   */
  #emitIndirect(node: Node, block: Block): void {
    const body = this.#body;
    const { ahead, places: before } = body;
    const after = this.#plan.after(node, before);
    this.#nodes.jumpTarget(node);
    body.code.set(PC);
    for (const [n, successor] of node.successors.entries()) {
      body.code.get(PC).constant(successor.pc).op(OP.i32_eq);
      body.when(() => {
        this.#nodes.link(node);
        body.places = after;
        this.#emitGoto(block, block.successors[n] as Block);
      });
    }
    body.ahead = ahead;
    body.places = before;
    body.code.get(PC).constant(3).op(OP.i32_and);
    body.when(() => body.giveUp(node.pc));
    this.#nodes.link(node);
    body.places = after;
    body.leave(node.pc + 1);
  }
}

/** Whether an edge goes back to a block that does not dominate its start. WebAssembly has no loop for such an edge. */
function isIrreducible(from: Block, to: Block): boolean {
  return isBackward(from, to) && !dominates(to, from);
}

/** Steps of the rounds of an unrolled loop that follow this block's round. */
function stepsInRounds(block: Block): number {
  const next = nextRound(block);
  return next === undefined ? 0 : next.size + stepsInRounds(next);
}

/**
 * Whether there is a loop without a system instruction between its header and its last back edge, in the order of
 * blocks.
 */
function hasLoopWithoutSystem(blocks: readonly Block[]): boolean {
  return blocks.some((header) => {
    const back = header.predecessors.filter((block) => isBackward(block, header));
    const last = Math.max(...back.map(({ order }) => order));
    const body = blocks.filter(({ order }) => order >= header.order && order <= last);
    return back.length > 0 && !body.some(({ nodes }) => nodes.some(({ kind }) => kind === 'system'));
  });
}
