/** Measures what summary.ts describes. */
import { variantRows } from '../table/variants.ts';
import { classify, type InstructionClass } from './classify.ts';
import { evidenceOf } from './evidence.ts';
import { type InstructionSummary, membershipsOf, type Summaries } from './summary.ts';

/** An instruction as plain data. */
export function summaryOf(one: InstructionClass): InstructionSummary {
  return {
    ...membershipsOf(one),
    witnesses: [...one.witnesses.keys()],
    evidence: [...evidenceOf(one)],
  };
}

/** Measures what `summariesFor` needs. Takes seconds. */
export function measureSummaries(): Summaries {
  const of = (unprivileged: readonly string[]) => {
    const variant = { name: '', unprivileged: new Set(unprivileged), cpuid: 0 };
    return classify(variant).instructions.map(summaryOf);
  };
  return {
    privileged: of([]),
    unprivileged: of(variantRows).filter(({ name }) => variantRows.includes(name)),
  };
}
