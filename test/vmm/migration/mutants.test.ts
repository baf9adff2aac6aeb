/** Bugs that migrations have had: each is caught. `HUNT=1` looks anew for what catches it first. */
import { describe, expect, it } from 'vitest';
import { movables } from './busy.ts';
import { buildTrials, mutants } from './mutants.ts';
import { hunt, runTest } from './trials.ts';

const named = mutants.map((mutant) => [mutant.bug, mutant] as const);

describe('A migration with a known bug is caught', () => {
  it.each(named)('%s', async (bug, mutant) => {
    const { hunt, runTest } = await buildTrials(mutant);
    const known = process.env.HUNT || mutant.by === undefined ? undefined : runTest(mutant.by, movables);
    if (known !== undefined && known !== 'beyond') return;
    const caught = hunt(movables);
    process.stdout.write(`${bug}\n    by: ${JSON.stringify(caught?.test)}\n    ${caught?.found}\n`);
    expect(caught).toBeDefined();
  });

  it('and without its bug it passes what catches it', () => {
    if (process.env.HUNT) expect(hunt(movables)).toBeUndefined();
    for (const { bug, by } of mutants) {
      const found = by === undefined ? 'nobody has looked yet: HUNT=1' : runTest(by, movables);
      expect(found === 'beyond' ? undefined : found, bug).toBeUndefined();
    }
  });
});
