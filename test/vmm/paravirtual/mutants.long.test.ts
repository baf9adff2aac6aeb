/** Paravirtual machines with a known bug: each is caught by what is recorded of it. */
import { describe, expect, it } from 'vitest';
import { buildMutant, finding, mutants } from './mutants.ts';

describe('A paravirtual machine with a known bug is caught', () => {
  it.each(mutants)('$name: $bug', async (mutant) => {
    expect(finding(mutant.by, await buildMutant(mutant))).toBeDefined();
  });

  it('and without its bug it passes what catches it', () => {
    for (const { name, by } of mutants) expect(finding(by), name).toBeUndefined();
  });
});
