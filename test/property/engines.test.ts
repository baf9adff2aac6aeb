/** Random guests on the fast engine: equal to the interpreter. `SEED=… npm test` repeats a run. */
import { describe, expect, it } from 'vitest';
import { variants } from '../../isa/table/variants.ts';
import { seed } from './seed.ts';
import { fastEngine } from './bare.ts';
import { equivalence } from './properties.ts';
import { describeCounterexample } from './report.ts';

/** On each variant, others of them. */
const cases = 450;

describe(`Random guests on the fast engine (seed ${seed})`, () => {
  it.each(variants)('are as on the interpreter, on $name', (variant) => {
    const { counterexample, counts, steps } = equivalence(fastEngine(), {
      seed,
      cases,
      from: cases * variants.indexOf(variant),
      variants: [variant],
    });
    if (counterexample !== undefined) throw new Error(describeCounterexample(counterexample, 'fast'));
    expect(counts.direct / steps).toBeGreaterThan(0.4);
    expect(counts.exits).toBeGreaterThan(cases);
  });
});
