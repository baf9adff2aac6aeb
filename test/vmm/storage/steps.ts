/** Random schedules for interleavings.ts. */
import fc from '../../property/fast-check.ts';
import type { Step } from './interleavings.ts';

const of = fc.nat({ max: 2 });

/** Byte 0 is a block of zeros; 4 leaves the block as it was. */
const contents = fc.array(fc.nat({ max: 4 }), { minLength: 3, maxLength: 3 });

/** Most steps go on with something. */
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('publish' as const), of, contents }) },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('sweep' as const), of: fc.nat({ max: 1 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.constantFrom(1, 59, 61, 200) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), of }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const), of: fc.nat({ max: 1 }) }) },
);

/** The same step many times in a row lets one of them overtake the others. */
export const schedules: fc.Arbitrary<readonly Step[]> = fc
  .array(fc.tuple(step, fc.constantFrom(1, 1, 2, 5, 20)), { maxLength: 40 })
  .map((parts) => parts.flatMap(([one, times]) => Array.from({ length: times }, () => one)));
