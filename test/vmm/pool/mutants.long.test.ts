/** Bugs that a pool could have: each is caught by what is recorded of it. With HUNT=1, all trials are tried in turn. */
import { describe, expect, it } from 'vitest';
import { buildTrials, type PoolMutant, poolMutants } from './mutants.ts';
import { faults, randomRun } from './trials.ts';

type Trials = Pick<typeof import('./trials.ts'), 'faults' | 'randomRun'>;

function tried({ by }: Pick<PoolMutant, 'by'>, trials: Trials): string | undefined {
  try {
    return typeof by === 'number' ? trials.randomRun(by) : trials.faults[by]?.();
  } catch (error) {
    return (error as Error).message;
  }
}

/** What catches the bug, as `by` has it. */
function hunt(trials: Trials): string | number | undefined {
  const runs = Array.from({ length: 60 }, (_, n) => n);
  return [...Object.keys(faults), ...runs].find((by) => tried({ by }, trials) !== undefined);
}

describe('A pool with a known bug is caught', () => {
  it.each(poolMutants.map((mutant) => [mutant.bug, mutant] as const))('%s', async (bug, mutant) => {
    const trials = await buildTrials(mutant);
    if (process.env.HUNT !== undefined)
      process.stdout.write(`${bug}\n    by: ${JSON.stringify(hunt(trials))}\n`);
    expect(tried(mutant, trials), 'HUNT=1 prints what catches it').toBeDefined();
  });

  it('and without its bug it passes what catches it', () => {
    for (const { bug, by } of poolMutants) expect(tried({ by }, { faults, randomRun }), bug).toBeUndefined();
  });
});
