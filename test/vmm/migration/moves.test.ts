/** Guests that move, against guests that never did: the same state at the same steps. */
import { describe, expect, it } from 'vitest';
import { busy, sly } from './busy.ts';
import { chain, journey, policies } from './trials.ts';

describe.each([
  ['busy', busy],
  ['sly', sly],
] as const)('A %s guest that is moved', (_, guest) => {
  it.each(Object.keys(policies))('goes on as if it had stayed, wherever it was interrupted: %s', (policy) => {
    for (const turns of [20, 23, 27, 34]) expect(journey(guest, policy, turns)).toBeUndefined();
  });

  it('comes home over a chain of hosts, and goes on from there', () => {
    expect(chain(guest)).toBeUndefined();
  });
});
