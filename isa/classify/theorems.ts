/** What the theorems say of a variant, from the memberships of its instructions: no measuring here. */
import type { InstructionClass } from './classify.ts';

/** Whether a theorem's condition holds, and the instructions that decide it. */
export interface Verdict {
  /** Whether no instruction violates the condition. */
  readonly holds: boolean;
  /** The instructions that violate the condition, sorted; empty if it holds. */
  readonly decidedBy: readonly string[];
}

/** What a stack of two monitors did on the variant. Nothing in isa/ runs it: the command line does. */
export interface MeasuredStack {
  /** The strategies of the stack, the outermost first. */
  readonly monitor: string;
  /** The instructions whose witness programs were run under it. */
  readonly programs: readonly string[];
  /** Steps that were equal to the bare machine's, of all programs. */
  readonly steps: number;
  /** The first step that differed: of which program, after how many equal steps, at what instruction; null if none did. */
  readonly divergence: {
    readonly program: string;
    readonly step: number;
    readonly instruction: string;
  } | null;
}

/** What the theorems say about a variant. */
export interface Theorems {
  /** Whether a trap-and-emulate monitor is possible: every sensitive instruction is privileged. */
  readonly theorem1: Verdict;
  /** Whether a monitor can run under itself: Theorem 1's condition, as far as it concerns the instructions. */
  readonly theorem2: Verdict;
  /** What was measured beside that verdict, if it was. */
  readonly measured?: MeasuredStack;
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
