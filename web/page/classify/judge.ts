/** A prediction: what was asked, what was ticked, and what of it is right. */
import type { InstructionSummary } from '../../../isa/classify/summary.ts';

/** What can be asked. */
export const questions = {
  critical: 'critical: sensitive, and not privileged',
  sensitive: 'sensitive',
  user: 'user-sensitive',
  privileged: 'privileged',
} as const;

export type Question = keyof typeof questions;

export interface Prediction {
  readonly of: Question;
  readonly ticked: readonly string[];
  readonly isRevealed: boolean;
}

/** Whether a value is a prediction. */
export function isPrediction(value: unknown): value is Prediction {
  if (typeof value !== 'object' || value === null) return false;
  const { of, ticked, isRevealed } = value as { of?: unknown; ticked?: unknown; isRevealed?: unknown };
  return (
    typeof of === 'string' &&
    Object.hasOwn(questions, of) &&
    Array.isArray(ticked) &&
    ticked.every((name) => typeof name === 'string') &&
    typeof isRevealed === 'boolean'
  );
}

/** What became of a prediction for one instruction. */
export type Outcome = 'right' | 'missed' | 'wrong';

export interface Judgement {
  /** The instructions that were ticked or should have been, in the order of the table. */
  readonly outcomes: readonly (readonly [name: string, Outcome])[];
  readonly right: number;
  /** How many there were to find. */
  readonly total: number;
}

/** Compares a prediction with what was measured. */
export function judge(all: readonly InstructionSummary[], { of, ticked }: Prediction): Judgement {
  const outcomes = all.flatMap((one): [string, Outcome][] => {
    const [isTrue, isTicked] = [isIn(one, of), ticked.includes(one.name)];
    if (!isTrue && !isTicked) return [];
    return [[one.name, isTrue ? (isTicked ? 'right' : 'missed') : 'wrong']];
  });
  return {
    outcomes,
    right: outcomes.filter(([, outcome]) => outcome === 'right').length,
    total: all.filter((one) => isIn(one, of)).length,
  };
}

/** Whether the instruction is what was asked for. */
function isIn({ critical, sensitive, userSensitive, privileged }: InstructionSummary, of: Question): boolean {
  return { critical, sensitive: sensitive.length > 0, user: userSensitive, privileged }[of];
}
