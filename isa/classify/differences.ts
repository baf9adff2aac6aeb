/** The two comparisons that the definitions need: two outcomes, or the state before and after. */
import { isMemoryTrap, type Outcome } from './execute.ts';
import { isPrivilegedChanged, observables, owners, VISIBLE } from './observe.ts';
import { RING_PART } from './parts.ts';

export interface StateDifference {
  /** The name of what differs: an observable, `memory` or `trap`. */
  readonly name: string;
  readonly first: number | string;
  readonly second: number | string;
}

/**
 * Whether the outcomes of a pair of states differ in anything but the part in which the
 * states themselves differ. False if one of the executions took a memory trap.
 */
export function outcomesDiffer(part: number, first: Outcome, second: Outcome): boolean {
  if (isMemoryTrap(first) || isMemoryTrap(second)) return false;
  if (!sameTrap(first, second) || first.written !== second.written) return true;
  const [one, other, of] = [first.seen, second.seen, owners];
  for (let n = 0; n < one.length; n++) {
    if (one[n] !== other[n] && of[n] !== part) return true;
  }
  return false;
}

function sameTrap({ trap: one }: Outcome, { trap: other }: Outcome): boolean {
  return one?.cause === other?.cause && one?.value === other?.value;
}

/** The same differences, one by one. */
export function listDifferences(part: number, first: Outcome, second: Outcome): readonly StateDifference[] {
  const found: StateDifference[] = [];
  for (const [n, { name, owner }] of observables.entries()) {
    const [one, other] = [first.seen[n], second.seen[n]];
    if (one !== other && owner !== part) found.push({ name, first: one ?? 0, second: other ?? 0 });
  }
  if (first.written !== second.written) {
    found.push({ name: 'memory', first: first.written, second: second.written });
  }
  if (!sameTrap(first, second)) {
    const text = ({ trap }: Outcome) => (trap === undefined ? 'none' : `cause ${trap.cause}`);
    found.push({ name: 'trap', first: text(first), second: text(second) });
  }
  return found;
}

/** The privileged state that the execution changed; empty if it trapped. */
export function listChanges(before: readonly number[], after: Outcome): readonly StateDifference[] {
  if (after.trap !== undefined || !isPrivilegedChanged(before, after.seen)) return [];
  return observables.flatMap(({ name, owner }, n) => {
    const [first, second] = [before[n] ?? 0, after.seen[n] ?? 0];
    return owner === VISIBLE || first === second ? [] : [{ name, first, second }];
  });
}

/**
 * The changes that matter in virtual user mode, rings 1 to 3. There the real ring is the one that the guest
 * believes in, so a change of the ring matters only if it leaves rings 1 to 3.
 */
export function changesInUserMode(changes: readonly StateDifference[]): readonly StateDifference[] {
  const ringName = observables.find(({ owner }) => owner === RING_PART)?.name;
  return changes.filter(({ name, second }) => name !== ringName || second === 0);
}
