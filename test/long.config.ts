/** The configuration of the long tests, of the whole product from outside (README.md). */
import { defineConfig, mergeConfig } from 'vitest/config';
import suite, { long } from './vitest.config.ts';

const { projects: _, ...shared } = suite.test ?? {};

export default mergeConfig(defineConfig({ ...suite, test: shared }), {
  test: { include: [long], isolate: false },
});
