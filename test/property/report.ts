/** A counterexample as people read it. */
import { formatProgram } from './print.ts';
import type { Counterexample } from './properties.ts';

/** What failed, where, and the smallest guest. */
export function describeCounterexample(found: Counterexample, candidate: string): string {
  const head = [
    `${found.property} of ${candidate} on ${found.variant.name}, seed ${found.seed}, case ${found.case}: ${found.reason}`,
    `compared after ${found.program.slices.join(', ')} steps of the code`,
  ];
  return formatProgram(found.program, head);
}
