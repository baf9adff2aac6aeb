/**
 * Turns a short branch forward, over instructions that only compute, into a choice. The skipped instructions are always
 * computed, and the condition of the branch chooses between the old and the new values ("if-conversion":
 * J. Allen et al., POPL 1983). The host's processor cannot mispredict a choice, and the block does not end at it.
 */
import { isOneInstruction } from './expression.ts';
import type { Node, Region } from './region.ts';

/** The fewest and the most instructions that a choice skips. */
const fewest = 2;
const most = 3;

/** The region with its short branches turned into choices. */
export function convertBranches(region: Region): Region {
  const waysIn = new Map<Node, number>([[region.entry, 1]]);
  for (const { successors } of region.nodes)
    for (const to of successors) waysIn.set(to, (waysIn.get(to) ?? 0) + 1);
  const choices = new Map<Node, Node>();
  const gone = new Set<Node>();
  for (const node of region.nodes) {
    const skipped = skippedBy(node, waysIn);
    if (skipped.length < fewest) continue;
    choices.set(node, { ...node, kind: 'choice', successors: node.successors.slice(0, 1), skipped });
    for (const each of skipped) gone.add(each);
  }
  const nodes = region.nodes.filter((node) => !gone.has(node)).map((node) => choices.get(node) ?? node);
  for (const node of nodes) node.successors = node.successors.map((to) => choices.get(to) ?? to);
  return { entry: choices.get(region.entry) ?? region.entry, nodes };
}

/**
 * The instructions that a branch forward skips; none if they are too many, compute more than registers, or can be
 * reached from elsewhere.
 */
function skippedBy({ kind, successors }: Node, waysIn: ReadonlyMap<Node, number>): Node[] {
  const skipped: Node[] = [];
  if (kind !== 'branch') return skipped;
  const [taken] = successors;
  for (let node = successors[1]; node !== taken; node = node.successors[0]) {
    if (node === undefined || skipped.length === most || waysIn.get(node) !== 1 || !computes(node)) return [];
    skipped.push(node);
  }
  return skipped;
}

function computes({ kind, at }: Node): boolean {
  return kind === 'plain' && at?.row.effect.kind === 'set' && isOneInstruction(at.row.effect.value);
}
