/** What the theorems say of a variant, from the memberships of its instructions: no measuring here. */
import type { InstructionClass } from './classify.ts';

/** Whether a theorem's condition holds, and the instructions that decide it. */
export interface Verdict {
  /** Whether no instruction violates the condition. */
  readonly holds: boolean;
  /** The instructions that violate the condition, sorted; empty if it holds. */
  readonly decidedBy: readonly string[];
}

/** What the theorems say about a variant. */
export interface Theorems {
  /** Whether a trap-and-emulate monitor is possible: every sensitive instruction is privileged. */
  readonly theorem1: Verdict;
  /** Whether a monitor can run under itself: Theorem 1's condition, as far as it concerns the instructions. */
  readonly theorem2: Verdict;
  /** Whether a hybrid monitor is possible: every user-sensitive instruction is privileged. */
  readonly theorem3: Verdict;
}

/** The properties of an instruction that decide the theorems. */
export type Memberships = Pick<InstructionClass, 'name' | 'privileged' | 'userSensitive' | 'critical'>;

/** What the theorems say about a variant with these instructions. */
export function theoremsOf(instructions: readonly Memberships[]): Theorems {
  const theorem1 = verdict(instructions.filter(({ critical }) => critical));
  const unhybrid = instructions.filter(({ userSensitive, privileged }) => userSensitive && !privileged);
  // The other half of the condition of Theorem 2 is about the monitor: see definitions.ts.
  return { theorem1, theorem2: theorem1, theorem3: verdict(unhybrid) };
}

function verdict(against: readonly Memberships[]): Verdict {
  return { holds: against.length === 0, decidedBy: namesOf(against) };
}

/** Sorted names. */
export function namesOf(instructions: readonly Pick<InstructionClass, 'name'>[]): readonly string[] {
  return instructions.map(({ name }) => name).sort();
}
