/** More random guests in guest mode than the suite has room for (monitors.test.ts). `npm run fuzz -- hardware-nested+fast` goes on. */
import { describe, expect, it } from 'vitest';
import { ownMonitor } from './own.ts';
import { sizeOf } from './print.ts';
import { equivalence, resourceControl } from './properties.ts';
import { describeCounterexample } from './report.ts';
import { seed } from './seed.ts';
import { variantsNamed } from './sound.ts';

const variants = variantsNamed(['ring32-v', 'ring32-x', 'ring32-h']);

describe.each(['hardware', 'hardware-nested'])(`Many random guests under %s (seed ${seed})`, (strategy) => {
  it.each(['interpreter', 'fast'] as const)(
    'are as on the bare machine, by the engine %s, and reach nothing else',
    (engine) => {
      const candidate = ownMonitor({ strategy, engine });
      for (const property of [equivalence, resourceControl]) {
        const { counterexample } = property(candidate, { seed, from: 1000, cases: 500, variants });
        if (counterexample) throw new Error(describeCounterexample(counterexample, candidate.name));
      }
      expect(candidate.name).toContain(strategy);
    },
  );

  const passed = ['virtual-timer', 'ports'] as const;

  it.each(['interpreter', 'fast'] as const)(
    'are so too when they have the disk, and an IOMMU translates its addresses, by the engine %s',
    (engine) => {
      const features = [...passed, 'iommu'] as const;
      const candidate = ownMonitor({ strategy, engine, features, wholeDisk: true });
      for (const property of [equivalence, resourceControl]) {
        const { counterexample } = property(candidate, { seed, from: 2000, cases: 80, variants });
        if (counterexample) throw new Error(describeCounterexample(counterexample, candidate.name));
      }
      expect(candidate.name).toContain(strategy);
    },
  );

  it('break resource control without an IOMMU, by two uses of a port and what prepares them', () => {
    const candidate = ownMonitor({ strategy, features: passed, wholeDisk: true, passDisk: true });
    const options = { seed: 1974, cases: 200, shrinks: 300, variants } as const;
    const program = resourceControl(candidate, options).counterexample?.program;
    expect(program && sizeOf(program)).toBeLessThanOrEqual(10);
  });
});
