/** A paravirtual guest is, at every step, under every monitor, in the state in which it is on the reference machine. */
import { describe, expect, it } from 'vitest';
import { seed } from '../../property/seed.ts';
import { judgeCalling } from './lockstep.ts';

/** Strategies, variants, numbers of cases. */
const rows = [
  ['trap-and-emulate', 'ring32-v', 60],
  ['hybrid', 'ring32-h', 20],
  ['interpret', 'ring32-x', 20],
  ['binary-translation', 'ring32-x', 30],
  ['trap-and-emulate/hybrid', 'ring32-v', 15],
  ['hardware', 'ring32-x', 20],
  ['hardware-nested', 'ring32-x', 30],
] as const;

describe(`Random guests that make calls (seed ${seed})`, () => {
  it.each(rows)('are as on the reference machine under %s on %s, %i of them', (monitor, variant, cases) => {
    const { results } = judgeCalling({ variant, monitor }, seed, cases);
    expect(results.size).toBeGreaterThan(8);
  });
});
