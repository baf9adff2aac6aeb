/** Hostile calls are refused with the error that the table states; nothing else changes, on the reference machine and under monitors. */
import { describe, expect, it } from 'vitest';
import { calls } from '../../../isa/machine/paravirtual/calls.ts';
import { hostileFinding, hostiles, isStated } from './hostile.ts';

describe('Hostile calls', () => {
  it.each(hostiles)('$call is refused for $refused: $what', (hostile) => {
    expect(isStated(hostile)).toBe(true);
    for (const monitor of ['none', 'trap-and-emulate'])
      expect(hostileFinding(hostile, { monitor }), monitor).toBeUndefined();
  });

  it('are of all kinds: at least 50, and each reason that the table states for a call', () => {
    expect(hostiles.length).toBeGreaterThanOrEqual(50);
    for (const { name, refused } of calls) {
      const seen = new Set(
        hostiles.filter((hostile) => hostile.call === name).map((hostile) => hostile.refused),
      );
      expect([...seen].toSorted(), name).toEqual([...refused].toSorted());
    }
  });
});
