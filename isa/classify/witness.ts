/** Witnesses: what proves that an instruction is a member of a class, and of which. */
import type { Class } from './classes.ts';
import type { StateDifference } from './differences.ts';
import type { Sample } from './operands.ts';
import { type StatePart, parts, RING_PART, rings } from './parts.ts';
import { ringOf, type State } from './states.ts';

/** One instruction in one state that it changes, or in two states in which it does not do the same. */
export interface Witness {
  readonly class: Class;
  readonly sample: Sample;
  readonly first: State;
  /** The state that differs from `first` in part number `part`; absent when the change of `first` is the witness. */
  readonly second?: State;
  readonly part?: number;
  /** Before and after, or in the first state and in the second. */
  readonly differences: readonly StateDifference[];
}

/** A witness before it is shrunk. */
export type Candidate = Omit<Witness, 'differences'>;

/** What a difference in outcomes proves: the part's kind, and in which virtual mode a monitor would be caught. */
export function classesOf(part: number, first: State, second: State): readonly Class[] {
  const { kind } = parts[part] as StatePart;
  if (part !== RING_PART) return [kind, ringOf(first) === 0 ? 'supervisor' : 'user'];
  return isCompression(first, second) ? [kind, 'supervisor'] : [kind];
}

/** Rings 0 and 1: where a monitor's guest believes to be in ring 0, and where it is. */
function isCompression(first: State, second: State): boolean {
  return (
    [first, second].every((state) => ringOf(state) < rings.length / 2) && ringOf(first) !== ringOf(second)
  );
}
