/** Guests are under hardware assistance as they are on the bare machine (equivalence.ts), on every variant and engine. */
import { describe, it } from 'vitest';
import { cases, expectEqual, testEquivalence } from './equivalence.ts';

const assisted = cases.filter(({ strategy }) => strategy.startsWith('hardware'));

testEquivalence(assisted);

describe('The teaching kernel', () => {
  it('is as on the bare machine at every single step, under trap-and-emulate', () => {
    expectEqual('kernel/kernel.s', 'ring32-v', 'trap-and-emulate', 'interpreter', 1);
  });

  it.each(assisted)('is as on the bare machine: $strategy on $variant', ({ variant, strategy }) => {
    for (const engine of ['interpreter', 'fast'] as const)
      expectEqual('kernel/kernel.s', variant, strategy, engine, 1009);
  });
});
