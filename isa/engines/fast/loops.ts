/**
 * Prepares loops for compiling, before the region is divided into blocks (blocks.ts): gives each loop a header of its
 * own, and unrolls small inner loops.
 */
import { type Block, dominates, isBackward, makeBlocks } from './blocks.ts';
import type { Node, Region } from './region.ts';

/** How many copies of a loop to make, by its size in nodes. A larger loop is not copied. */
const copiesBySize = [
  { most: 12, copies: 4 },
  { most: 52, copies: 2 },
] as const;

/** Most nodes that are added to a region. */
const mostAdded = 400;

/** A loop of a region. */
interface Loop {
  readonly header: Node;
  /** The nodes from which control returns to the header; the header itself is the first. */
  readonly body: ReadonlySet<Node>;
  /** The nodes with an edge back to the header. */
  readonly back: readonly Node[];
  /** It contains no other loop's header. */
  readonly inner: boolean;
  /** A larger loop shares the header. */
  readonly outer: boolean;
}

/**
 * The region with its small inner loops unrolled. An iteration has costs besides its work: the check of the fuel, V8's
 * check of the stack, moves of values to where the next iteration expects them. All copies together pay them once.
 */
export function shapeLoops(region: Region): Region {
  const found = findLoops(region);
  const outer = found.filter((loop) => loop.outer);
  const parted = outer.length === 0 ? region : partLoops(region, outer);
  const nodes = [...parted.nodes];
  for (const loop of outer.length === 0 ? found : findLoops(parted)) {
    const size = loop.body.size;
    const copies = copiesBySize.find(({ most }) => size <= most)?.copies ?? 1;
    if (nodes.length + (copies - 1) * size > region.nodes.length + mostAdded) continue;
    if (loop.inner && [...loop.body].every(({ kind }) => kind !== 'system'))
      nodes.push(...copyLoop(loop, copies));
  }
  return { entry: parted.entry, nodes };
}

/**
 * Separates loops that share a header, for example because the region begins in the inner one. A node that does nothing
 * becomes the header of the outer loop. Then registers that only the outer loop changes stay where they are while the
 * inner loop runs.
 */
function partLoops(region: Region, loops: readonly Loop[]): Region {
  const nodes = [...region.nodes];
  let { entry } = region;
  for (const { header, body, back } of loops) {
    const join: Node = { ...header, kind: 'join', at: undefined, successors: [header] };
    for (const node of nodes) {
      if (!(body.has(node) && back.includes(node)))
        node.successors = node.successors.map((to) => (to === header ? join : to));
    }
    nodes.push(join);
    if (entry === header) entry = join;
  }
  return { entry, nodes };
}

/** The smallest loop of each header. */
function findLoops(region: Region): Loop[] {
  const blocks = makeBlocks(region);
  const loops = blocks
    .filter(({ isLoopHeader }) => isLoopHeader)
    .map((header) => {
      const ways = header.predecessors.filter((from) => isBackward(from, header) && dominates(header, from));
      const bodies = ways.map((from) => bodyOf(header, from)).sort((a, b) => a.size - b.size);
      const [body] = bodies as [Set<Block>, ...Set<Block>[]];
      return {
        header,
        body,
        back: ways.filter((from) => body.has(from)),
        outer: bodies.some((other) => isBeyond(other, body)),
      };
    });
  const nodesOf = (parts: Iterable<Block>) =>
    [...parts].flatMap(({ nodes }) => nodes).filter(({ kind }) => kind !== 'leave');
  return loops.map(({ header, body, back, outer }) => ({
    header: header.nodes[0] as Node,
    body: new Set(nodesOf(body)),
    back: back.map(({ nodes }) => nodes.at(-1) as Node),
    inner: [...body].every((block) => block === header || !block.isLoopHeader),
    outer,
  }));
}

/** Whether `larger` contains all of `body` and more. */
function isBeyond(larger: ReadonlySet<Block>, body: ReadonlySet<Block>): boolean {
  return larger.size > body.size && [...body].every((block) => larger.has(block));
}

/**
 * The natural loop of the back edge from `from`: the blocks from which `from` can be reached without passing the
 * header.
 */
function bodyOf(header: Block, from: Block): Set<Block> {
  const body = new Set([header]);
  const pending = [from];
  for (let block = pending.pop(); block !== undefined; block = pending.pop()) {
    if (body.has(block)) continue;
    body.add(block);
    pending.push(...block.predecessors);
  }
  return body;
}

/** Copies a loop: back edges lead to the next copy, those of the last copy to the original. Returns the new nodes. */
function copyLoop({ header, body, back }: Loop, copies: number): Node[] {
  const all = [new Map([...body].map((node) => [node, node]))];
  while (all.length < copies) all.push(new Map([...body].map((node) => [node, { ...node }])));
  const before = new Map([...body].map((node) => [node, node.successors]));
  for (const [n, copy] of all.entries()) {
    const next = all[(n + 1) % copies] as Map<Node, Node>;
    for (const [node, made] of copy) {
      const follow = (to: Node) => (to === header && back.includes(node) ? next : copy).get(to) ?? to;
      made.successors = (before.get(node) as Node[]).map(follow);
    }
  }
  return all.slice(1).flatMap((copy) => [...copy.values()]);
}
