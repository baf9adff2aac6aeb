/** What a grade is made of: each property of each stage, its points, and what came out. */
import type { Difference } from '../judge.ts';
import type { PropertyName } from '../properties.ts';
import { type Stage, stages } from '../stages.ts';

export interface Task {
  readonly stage: number;
  readonly property: PropertyName;
}

/** A counterexample as the report needs it; nothing but data, so that it can be stored. */
export interface Found {
  readonly case: number;
  readonly reason: string;
  /** The rule of the machine that is broken, where that is known. */
  readonly rule: string | undefined;
  readonly step: number | undefined;
  readonly instruction: string | undefined;
  readonly differences: readonly Difference[];
  /** The smallest guest, with the report above it, as assembly. */
  readonly guest: string;
  /** Its instructions beside the set-up. */
  readonly size: number;
}

/** `passed`; or why not: a counterexample, a limit, or another property that comes first. */
export interface Outcome {
  readonly task: Task;
  readonly passed: boolean;
  readonly cases: number;
  readonly found?: Found;
  /** Without a counterexample: what went wrong, in a line. */
  readonly problem?: string;
}

/** Weights of a stage's points. */
export const weights: Readonly<Record<PropertyName, number>> = {
  equivalence: 2,
  resourceControl: 1,
  efficiency: 1,
};

/** Stages 1 to `last`, each with its three properties; equivalence first, for the others count only with it. */
export function tasksFor(last: number): Task[] {
  const properties = Object.keys(weights) as PropertyName[];
  return stages
    .filter(({ number }) => number <= last)
    .flatMap(({ number: stage }) => properties.map((property) => ({ stage, property })));
}

export function stageOf({ stage }: Task): Stage {
  return stages[stage - 1] as Stage;
}

/** Whether an outcome's points count: a monitor that does not run its guest controls all resources, by doing nothing. */
export function counts(outcome: Outcome, all: readonly Outcome[]): boolean {
  const { stage } = outcome.task;
  const equal = all.find(({ task }) => task.stage === stage && task.property === 'equivalence');
  return outcome.passed && (equal?.passed ?? false);
}

/** Points of one task out of 100 for all of them. */
export function pointsOf({ property }: Task, all: readonly Outcome[]): number {
  const sum = all.reduce((total, { task }) => total + weights[task.property], 0);
  return (100 * weights[property]) / sum;
}

/** The score, 0 to 100, to a tenth. */
export function scoreOf(all: readonly Outcome[]): number {
  const points = all
    .filter((outcome) => counts(outcome, all))
    .reduce((sum, { task }) => sum + pointsOf(task, all), 0);
  return Math.round(10 * points) / 10;
}
