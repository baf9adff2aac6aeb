/** Random guests under minivisor: Popek and Goldberg's properties of a monitor that is a guest. */
import { describe, expect, it } from 'vitest';
import { describeCounterexample } from '../../property/report.ts';
import { efficiency, equivalence, resourceControl } from '../../property/properties.ts';
import { everything } from '../../property/profile.ts';
import { ringMonitor } from '../../property/ring-monitor.ts';
import { seed } from '../../property/seed.ts';
import { imageOf } from '../run.ts';

const profile = { ...everything, network: false };

describe(`Minivisor, asked with random guests of seed ${seed}`, () => {
  it.each([
    ['equivalence', equivalence, 150],
    ['resource control', resourceControl, 50],
    ['efficiency', efficiency, 50],
  ] as const)('has the property %s', (_name, property, cases) => {
    const candidate = ringMonitor(imageOf('minivisor/minivisor.s'));
    const { counterexample } = property(candidate, { seed, cases, profile });
    expect(counterexample && describeCounterexample(counterexample, candidate.name)).toBeUndefined();
  });
});
