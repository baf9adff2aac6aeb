/** Machines with a known bug in guest mode: the monitor of type 1 and a guest catch each. */
import { describe, expect, it } from 'vitest';
import { createGuest } from '../../vmm/monitor/create-guest.ts';
import { rebuilt } from '../property/zoo/rebuild.ts';
import { finding, mutants } from './guest-mode-mutants.ts';

describe('A machine with a known bug in guest mode is caught', () => {
  it.each(mutants)('$name: $bug', async (mutant) => {
    const module = await rebuilt<{ readonly createGuest: typeof createGuest }>(
      'vmm/monitor/create-guest.ts',
      mutant,
    );
    expect(finding(mutant.by, module.createGuest)).toBeDefined();
  });

  it('and without its bug it passes what catches it', () => {
    for (const by of new Set(mutants.map((mutant) => mutant.by)))
      expect(finding(by, createGuest), by).toBeUndefined();
  });
});
