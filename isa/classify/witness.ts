/** Witnesses: each proves that an instruction is a member of a class. */
import type { Class } from './classes.ts';
import type { StateDifference } from './differences.ts';
import type { Sample } from './operands.ts';
import { type StatePart, parts, RING_PART, rings } from './parts.ts';
import { ringOf, type State } from './states.ts';

/** An instruction with one state that it changes, or with two states in which it does different things. */
export interface Witness {
  readonly class: Class;
  readonly sample: Sample;
  readonly first: State;
  /** The state that differs from `first` in part number `part`; absent if the change of `first` is the witness. */
  readonly second?: State;
  readonly part?: number;
  /** The differences before and after, or between the results in the first and the second state. */
  readonly differences: readonly StateDifference[];
}

/** A witness before it is shrunk. */
export type Candidate = Omit<Witness, 'differences'>;

/**
 * The classes that a difference in outcomes proves: the part's kind, and the virtual mode in which a monitor would go
 * wrong.
 */
export function classesOf(part: number, first: State, second: State): readonly Class[] {
  const { kind } = parts[part] as StatePart;
  if (part !== RING_PART) return [kind, ringOf(first) === 0 ? 'supervisor' : 'user'];
  return isCompression(first, second) ? [kind, 'supervisor'] : [kind];
}

/**
 * Whether the states are in rings 0 and 1: the ring that a monitor's guest believes to be in, and the ring that it is
 * in.
 */
function isCompression(first: State, second: State): boolean {
  return (
    [first, second].every((state) => ringOf(state) < rings.length / 2) && ringOf(first) !== ringOf(second)
  );
}
