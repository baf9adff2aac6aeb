/** Classifies a variant of one's own: which instructions are critical, and what the theorems say. */
import { classify, parseVariant } from 'ringlab';

export interface Findings {
  /** The instructions that are sensitive and do not trap outside ring 0. */
  readonly critical: readonly string[];
  /** Whether Popek and Goldberg's Theorems 1 and 3 hold. */
  readonly virtualizable: boolean;
  readonly hybridVirtualizable: boolean;
}

/** Classifies the machine that `text`, the JSON of a variant, describes. Throws VariantError for what is none. */
export function classifyYourVariant(
  text = '{ "name": "mine", "unprivileged": ["retf"], "cpuid": 9 }',
): Findings {
  const { instructions, theorem1, theorem3 } = classify(parseVariant(text));
  return {
    critical: instructions.filter(({ critical }) => critical).map(({ name }) => name),
    virtualizable: theorem1.holds,
    hybridVirtualizable: theorem3.holds,
  };
}
