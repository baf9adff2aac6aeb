/** The verdict of each theorem as a sentence, with the instructions that decide it. */
import type { MeasuredStack, Theorems } from './theorems.ts';

export interface Sentence {
  readonly theorem: string;
  readonly holds: boolean;
  readonly says: string;
}

export function sentences({ theorem1, theorem2, theorem3, measured }: Theorems): readonly Sentence[] {
  const because = (names: readonly string[]) => names.join(' ');
  return [
    {
      theorem: 'Theorem 1 (virtualizable)',
      holds: theorem1.holds,
      says: theorem1.holds
        ? 'every sensitive instruction is privileged: trap-and-emulate is enough.'
        : `critical: ${because(theorem1.decidedBy)}. The condition is sufficient, not necessary: a monitor has to translate or interpret.`,
    },
    {
      theorem: 'Theorem 2 (recursively)',
      holds: theorem2.holds,
      says: [
        theorem2.holds
          ? 'Theorem 1 holds, and a monitor without timing dependencies can be built: all instructions that see time are privileged.'
          : `it needs Theorem 1, which fails because of ${because(theorem2.decidedBy)}.`,
        ...(measured ? [measuredSentence(measured)] : []),
      ].join(' '),
    },
    {
      theorem: 'Theorem 3 (hybrid)',
      holds: theorem3.holds,
      says: theorem3.holds
        ? 'every user-sensitive instruction is privileged: interpret virtual ring 0, run the rest.'
        : `user-sensitive and not privileged: ${because(theorem3.decidedBy)}.`,
    },
  ];
}

function measuredSentence({ monitor, programs, steps, divergence }: MeasuredStack): string {
  const strategies = monitor.replaceAll('/', ' on ');
  if (divergence === null)
    return `Measured: the witness programs of ${programs.length} instructions are equal under ${strategies}, at all ${steps} steps.`;
  const { program, step, instruction } = divergence;
  return `Measured: under ${strategies} the witness program of ${program} diverges after ${step} steps, at ${instruction}.`;
}
