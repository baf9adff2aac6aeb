/** Guests are under monitors as they are on the bare machine (equivalence.ts). Hardware assistance: equivalence.long.test.ts. */
import { describe, expect, it } from 'vitest';
import { compiledSteps } from '../engines/compiled.ts';
import { cases, expectEqual, testEquivalence } from './equivalence.ts';
import { isCompiled } from './guests.ts';

const kernel = 'kernel/kernel.s';
/** With hardware assistance, one variant on one engine each day. */
const everyDay = cases
  .filter(({ strategy }) => !strategy.startsWith('hardware'))
  .concat(
    cases
      .filter(({ strategy, variant }) => strategy.startsWith('hardware') && variant === 'ring32-x')
      .map((one) => ({ ...one, ways: [['fast', 997]] as const })),
  );

testEquivalence(everyDay);

describe('The teaching kernel', () => {
  it.each(
    everyDay.flatMap(({ variant, strategy }) =>
      (['interpreter', 'fast'] as const)
        .filter((engine) => engine === 'interpreter' || isCompiled(kernel, strategy))
        .map((engine) => ({ variant, strategy, engine })),
    ),
  )('is as on the bare machine: $strategy on $variant by $engine', ({ variant, strategy, engine }) => {
    const { guest } = expectEqual(kernel, variant, strategy, engine, 1009);
    const direct = (guest?.ledger.direct ?? 0) / (guest?.cpu.steps ?? 1);
    const least = { hybrid: 0.4, interpret: 0 }[strategy] ?? 0.8;
    expect(direct).toBeGreaterThanOrEqual(least);
  });

  it('runs in compiled code, for the greater part, under trap-and-emulate on the fast engine', () => {
    const { engine, guest } = expectEqual(kernel, 'ring32-v', 'trap-and-emulate', 'fast', 20_011);
    expect(compiledSteps(engine)).toBeGreaterThan(0.4 * (guest?.ledger.direct ?? 0));
  });
});
