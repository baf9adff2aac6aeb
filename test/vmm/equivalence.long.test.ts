/** Guests are under hardware assistance as they are on the bare machine (equivalence.ts), on every variant and engine. */
import { describe, it } from 'vitest';
import { cases, expectEqual, testEquivalence } from './equivalence.ts';

const assisted = cases.filter(({ strategy }) => strategy.startsWith('hardware'));

testEquivalence(assisted);

describe('The teaching kernel', () => {
  it.each(assisted)('is as on the bare machine: $strategy on $variant', ({ variant, strategy }) => {
    for (const engine of ['interpreter', 'fast'] as const)
      expectEqual('kernel/kernel.s', variant, strategy, engine, 1009);
  });
});
