/**
 * Turns a region into a graph of basic blocks and finds what structured control flow needs: reverse
 * postorder, dominators, loop headers, merge points (N. Ramsey, "Beyond Relooper",
 * ICFP 2022; dominators after Cooper, Harvey and Kennedy, 2001).
 */
import type { Node, Region } from './region.ts';

export interface Block {
  readonly nodes: readonly Node[];
  /** In the order of the last node's successors. */
  readonly successors: Block[];
  readonly predecessors: Block[];
  /** Position in reverse postorder. */
  order: number;
  dominator: Block | undefined;
  /** Blocks that this one immediately dominates. */
  readonly children: Block[];
  isLoopHeader: boolean;
  /** Number of forward edges that lead here; a block with two or more is a merge point. */
  forwardEdges: number;
  /** Most steps that the block takes. */
  readonly size: number;
  /** Steps on the longest path from here to the next check of the fuel. */
  longest: number;
}

/** Most steps that a node takes. */
export function stepsOf({ kind, skipped = [] }: Node): number {
  return kind === 'join' || kind === 'leave' || kind === 'stop' ? 0 : 1 + skipped.length;
}

/** The region's blocks in reverse postorder, the entry first. */
export function makeBlocks(region: Region): Block[] {
  const blocks = inReversePostorder(chain(region));
  findDominators(blocks);
  classifyEdges(blocks);
  for (const block of [...blocks].reverse()) block.longest = block.size + longestAfter(block);
  return blocks;
}

/** Whether `a` dominates `b`: every path from the entry to `b` passes through `a`. */
export function dominates(a: Block, b: Block): boolean {
  let block: Block | undefined = b;
  while (block !== undefined && block.order > a.order) block = block.dominator;
  return block === a;
}

/** Whether the edge goes against reverse postorder: a loop's back edge, or irreducible. */
export function isBackward(from: Block, to: Block): boolean {
  return to.order <= from.order;
}

/** If the block ends a round of an unrolled loop: the first block of the next round, where control most likely goes. */
export function nextRound(block: Block): Block | undefined {
  const last = block.nodes.at(-1) as Node;
  if (last.kind === 'indirect') return undefined;
  const isNext = (to: Block) =>
    to.forwardEdges === 1 && !to.isLoopHeader && !isBackward(block, to) && (to.nodes[0] as Node).pc < last.pc;
  return block.successors.find(isNext);
}

/**
 * Joins nodes into blocks: a chain of nodes that each have one way in and one way out is one block. Returns the
 * entry.
 */
function chain({ entry, nodes }: Region): Block {
  const waysIn = new Map<Node, number>([[entry, 2]]);
  for (const { successors } of nodes) {
    for (const successor of successors) {
      waysIn.set(successor, (waysIn.get(successor) ?? 0) + (successors.length === 1 ? 1 : 2));
    }
  }
  const made = new Map<Node, Block>();
  const pending: Node[] = [];
  const blockAt = (first: Node): Block => {
    const known = made.get(first);
    if (known !== undefined) return known;
    const block = emptyBlock(follow(first, waysIn));
    made.set(first, block);
    pending.push(first);
    return block;
  };
  const start = blockAt(entry);
  for (let first = pending.pop(); first !== undefined; first = pending.pop()) {
    const block = made.get(first) as Block;
    const last = block.nodes.at(-1) as Node;
    block.successors.push(...last.successors.map(blockAt));
  }
  return start;
}

function follow(first: Node, waysIn: ReadonlyMap<Node, number>): Node[] {
  const nodes = [first];
  for (let node = first; ; ) {
    const [next] = node.successors;
    if (node.successors.length !== 1 || next === undefined || waysIn.get(next) !== 1) return nodes;
    if (node.kind === 'indirect') return nodes;
    nodes.push(next);
    node = next;
  }
}

function emptyBlock(nodes: readonly Node[]): Block {
  return {
    nodes,
    successors: [],
    predecessors: [],
    order: -1,
    dominator: undefined,
    children: [],
    isLoopHeader: false,
    forwardEdges: 0,
    size: nodes.reduce((sum, node) => sum + stepsOf(node), 0),
    longest: 0,
  };
}

function inReversePostorder(start: Block): Block[] {
  const postorder: Block[] = [];
  const seen = new Set([start]);
  const stack: { block: Block; next: number }[] = [{ block: start, next: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const successor = top.block.successors[top.next++];
    if (successor === undefined) {
      postorder.push(top.block);
      stack.pop();
    } else if (!seen.has(successor)) {
      seen.add(successor);
      stack.push({ block: successor, next: 0 });
    }
  }
  const blocks = postorder.reverse();
  for (const [order, block] of blocks.entries()) block.order = order;
  return blocks;
}

function findDominators(blocks: readonly Block[]): void {
  for (const block of blocks) for (const to of block.successors) to.predecessors.push(block);
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of blocks) {
      if (block.order === 0) continue;
      let dominator: Block | undefined;
      for (const from of block.predecessors) {
        if (from.order === 0 || from.dominator !== undefined)
          dominator = dominator === undefined ? from : commonDominator(dominator, from);
      }
      if (block.dominator !== dominator) {
        block.dominator = dominator;
        changed = true;
      }
    }
  }
  for (const block of blocks) block.dominator?.children.push(block);
}

function commonDominator(a: Block, b: Block): Block {
  let left = a;
  let right = b;
  while (left !== right) {
    if (left.order > right.order) left = left.dominator as Block;
    else right = right.dominator as Block;
  }
  return left;
}

function classifyEdges(blocks: readonly Block[]): void {
  for (const block of blocks) {
    for (const to of block.successors) {
      if (!isBackward(block, to)) to.forwardEdges += 1;
      else if (dominates(to, block)) to.isLoopHeader = true;
    }
  }
}

function longestAfter(block: Block): number {
  const forward = block.successors.filter((to) => !isBackward(block, to) && !to.isLoopHeader);
  return Math.max(0, ...forward.map(({ longest }) => longest));
}
