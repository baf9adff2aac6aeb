/**
 * Popek and Goldberg's properties of our monitors: every strategy, on the variants where it is right
 * (sound.ts). `SEED=… npm test` repeats a run.
 */
import { describe, expect, it } from 'vitest';
import { seed } from './seed.ts';
import { ownMonitor } from './own.ts';
import { efficiency, equivalence, type PropertyResult, resourceControl } from './properties.ts';
import { describeCounterexample } from './report.ts';
import { strategyNamed } from '../../vmm/monitor/strategies.ts';
import { sound, soundStack, variantsNamed } from './sound.ts';
import { pagedProgram } from './work.ts';

/** Most guests are for one engine or the other: what is wrong with a monitor shows under both. */
const guestsOf = { interpreter: { from: 0, cases: 220 }, fast: { from: 150, cases: 170 } } as const;
/** A fifth of them for guest mode, whose tests of a bit each are elsewhere; hardware.long.test.ts has more. */
const few = 5;
const shareOf = (strategy: string) => (strategyNamed(strategy).features === undefined ? 1 : 1 / few);

function expectPassed(result: PropertyResult, candidate: string): void {
  if (result.counterexample !== undefined)
    throw new Error(describeCounterexample(result.counterexample, candidate));
  expect(result.passed).toBe(true);
}

describe.each(sound)(`Random guests under $strategy (seed ${seed})`, ({ strategy, variants, direct }) => {
  // Where nothing runs directly, the engine has nothing to do.
  const share = shareOf(strategy);
  const engines = direct === 'none' ? (['interpreter'] as const) : (['interpreter', 'fast'] as const);
  it.each(engines)('are as on the bare machine, run by the engine %s', (engine) => {
    const candidate = ownMonitor({ strategy, engine });
    const { from, cases } = guestsOf[engine];
    const options = { seed, from, cases: cases * share, variants: variantsNamed(variants) };
    const result = equivalence(candidate, options);
    expectPassed(result, candidate.name);
    const least = { all: 0.3, paged: 0.3, user: 0.1, none: 0 }[direct];
    expect(result.counts.direct / result.steps).toBeGreaterThanOrEqual(least);
    if (engine === 'fast') expect(result.counts.compiled).toBeGreaterThan(0.1 * result.counts.direct);
  });

  it('reach nothing that they were not given', () => {
    const candidate = ownMonitor({ strategy });
    expectPassed(
      resourceControl(candidate, { seed, cases: 250 * share, variants: variantsNamed(variants) }),
      candidate.name,
    );
  });

  it.runIf(direct !== 'none')('run their innocuous instructions directly', () => {
    const candidate = ownMonitor({ strategy });
    const whose = direct === 'user' ? 'user' : 'all';
    const guests = direct === 'paged' ? { guests: pagedProgram } : {};
    const options = {
      seed,
      cases: 100 * share,
      variants: variantsNamed(variants),
      direct: whose,
      ...guests,
    } as const;
    expectPassed(efficiency(candidate, options), candidate.name);
  });
});

describe.each([
  'trap-and-emulate/trap-and-emulate',
  'binary-translation/hybrid',
  'trap-and-emulate/binary-translation',
  'hardware-nested/hardware',
])(`Random guests under the stack %s (seed ${seed})`, (strategy) => {
  const variants = variantsNamed(soundStack(strategy)?.variants ?? []);

  it.each(['interpreter', 'fast'] as const)('are as on the bare machine, run by the engine %s', (engine) => {
    const candidate = ownMonitor({ strategy, engine });
    const result = equivalence(candidate, { seed, from: engine === 'fast' ? 30 : 0, cases: 30, variants });
    expectPassed(result, candidate.name);
    if (engine === 'fast') expect(result.counts.compiled).toBeGreaterThan(0);
  });

  it('reach nothing that they were not given', () => {
    const candidate = ownMonitor({ strategy });
    expectPassed(resourceControl(candidate, { seed, cases: 30, variants }), candidate.name);
  });
});

describe('A monitor that is not one', () => {
  it('is told by the property that it lacks: an interpreter is not efficient', () => {
    const result = efficiency(ownMonitor({ strategy: 'interpret' }), { seed, cases: 5 });
    expect(result.counterexample?.reason).toMatch(/^0 of \d+ innocuous steps ran directly/);
  });

  it('is told by the variant on which it is wrong, with a guest of at most ten instructions', () => {
    const options = { seed, cases: 500, variants: variantsNamed(['ring32-x']) };
    const { counterexample } = equivalence(ownMonitor({ strategy: 'trap-and-emulate' }), options);
    expect(counterexample?.program.code.length).toBeLessThanOrEqual(10);
  });
});
