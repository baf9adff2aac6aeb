/**
 * Equivalence: a guest under a monitor is, at every step number, in the state in which it is on the bare machine. Interrupts,
 * console, disk and how it ends are included. equivalence.test.ts and equivalence.long.test.ts share the cases.
 */
import { describe, expect, it } from 'vitest';
import type { EngineName } from '../../isa/engines/engine.ts';
import { expectCompiled } from '../engines/compiled.ts';
import { sound } from '../property/sound.ts';
import { isCompiled, partsOf, systemGuests, variantsOf } from './guests.ts';
import { bare, lockstep, monitored } from './kit.ts';

const most = 1_000_000;

/**
 * How often both are compared. On a strategy's first variant: without compiled code at every step, and with it so seldom that
 * hardly anything stops the guest but itself. On its other variants: less often without, more often with it.
 */
const ways: Readonly<Record<'first' | 'later', readonly (readonly [EngineName, number])[]>> = {
  first: [
    ['interpreter', 1],
    ['fast', 997],
  ],
  later: [
    ['interpreter', 13],
    ['fast', 61],
  ],
};

/** Runs the guest on both to its end and expects them equal. */
export function expectEqual(
  file: string,
  variant: string,
  strategy: string,
  engine: EngineName,
  stride: number,
) {
  const parts = partsOf(file, variant);
  // Where user code could see the monitor, it is translated too.
  const more = { translateUser: variant !== 'ring32-v' };
  const sides = [bare(parts), monitored(parts, strategy, engine, more)] as const;
  expect(lockstep(...sides, stride, most)).toBeUndefined();
  expect(sides[0].machine.steps).toBeLessThan(most - stride);
  expectCompiled(sides[1].engine);
  return sides[1];
}

interface EquivalenceCase {
  readonly variant: string;
  readonly strategy: string;
  readonly ways: readonly (readonly [EngineName, number])[];
}

export const cases: readonly EquivalenceCase[] = sound.flatMap(({ strategy, variants }) =>
  variants.map((variant, n) => ({ variant, strategy, ways: ways[n === 0 ? 'first' : 'later'] })),
);

/** Tests that every guest of guests/ is as on the bare machine, in these cases. */
export function testEquivalence(chosen: readonly EquivalenceCase[]): void {
  describe.each(chosen)('Under $strategy on $variant', ({ variant, strategy, ways }) => {
    const files = systemGuests.filter((file) => variantsOf(file).includes(variant));

    for (const [engine, stride] of ways) {
      const compared = engine === 'fast' ? files.filter((file) => isCompiled(file, strategy)) : files;
      it.each(compared)(
        `by the engine ${engine}, compared every ${stride} steps, %s is as on the bare machine`,
        (file) => {
          expectEqual(file, variant, strategy, engine, stride);
        },
      );
    }
  });
}
