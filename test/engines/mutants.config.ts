/** The suite's configuration, with the changes of the mutant that MUTANT names in the engine's source. */
import { relative, sep } from 'node:path';
import { mergeConfig } from 'vitest/config';
import { changedSource, sourceRoot } from '../property/zoo/build.ts';
import suite from '../vitest.config.ts';
import { engineMutants } from './mutants.ts';

const { name, changes } = engineMutants.find((one) => one.name === process.env.MUTANT) ?? {
  name: 'none',
  changes: [],
};

export default mergeConfig(suite, {
  plugins: [
    {
      name: 'mutate',
      enforce: 'pre' as const,
      transform(code: string, id: string) {
        const file = relative(sourceRoot, id).split(sep).join('/');
        const own = changes.filter((change) => change.file === file);
        return own.length === 0 ? undefined : changedSource(code, own, name);
      },
    },
  ],
});
