/** The configuration of the long tests: the page in a browser, the package, commands in READMEs, attacks, mutants. */
import { defineConfig, mergeConfig } from 'vitest/config';
import suite, { long } from './vitest.config.ts';

const { projects: _, ...shared } = suite.test ?? {};

export default mergeConfig(defineConfig({ ...suite, test: shared }), {
  test: { include: [long], isolate: false },
});
