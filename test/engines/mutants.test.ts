/** The engine's mutants are up to date: each changes what is there. `npm run mutants` has the tests catch them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { changedSource, sourceRoot } from '../property/zoo/build.ts';
import { engineMutants } from './mutants.ts';

it.each(engineMutants)('The mutant $name changes a text that is in the engine once', ({ name, changes }) => {
  for (const change of changes) {
    const source = readFileSync(join(sourceRoot, change.file), 'utf8');
    expect(changedSource(source, [change], name)).not.toBe(source);
  }
});
