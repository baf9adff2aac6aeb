/**
 * Bugs that migrations have had: each is caught by what is recorded of it (`by`). With HUNT=1, all trials are tried in
 * turn instead, and what catches the bug first is printed.
 */
import { describe, expect, it } from 'vitest';
import { movables } from './busy.ts';
import { buildTrials, mutants } from './mutants.ts';
import { hunt, runTest, type Test } from './trials.ts';

const named = mutants.map((mutant) => [mutant.bug, mutant] as const);

/** How to renew a record that catches nothing any more. */
function renewal(bug: string): string {
  const pattern = bug.replaceAll(/[^\w ]/g, '.');
  const command = `HUNT=1 npx vitest run --config test/long.config.ts test/vmm/migration/mutants -t '${pattern}'`;
  return `what is recorded does not catch it; write in mutants.ts what is printed by\n${command}`;
}

/** What the trial finds, if it comes to what it is about. */
function finding(test: Test | undefined, run: typeof runTest): string | undefined {
  const found = test === undefined ? undefined : run(test, movables);
  return found === 'beyond' ? undefined : found;
}

describe('A migration with a known bug is caught', () => {
  it.each(named)('%s', async (bug, mutant) => {
    const trials = await buildTrials(mutant);
    if (process.env.HUNT === undefined) {
      expect(finding(mutant.by, trials.runTest), renewal(bug)).toBeDefined();
      return;
    }
    const caught = trials.hunt(movables);
    process.stdout.write(`${bug}\n    by: ${JSON.stringify(caught?.test)}\n    ${caught?.found}\n`);
    expect(caught).toBeDefined();
  });

  it('and without its bug it passes what catches it', () => {
    if (process.env.HUNT !== undefined) expect(hunt(movables)).toBeUndefined();
    for (const { bug, by } of mutants) expect(finding(by, runTest), bug).toBeUndefined();
  });
});
