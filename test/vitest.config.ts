import { defineConfig } from 'vitest/config';
import { limit } from './limit.ts';

/** Its tests put modules of their own in the place of ours. */
const mocking = ['test/cli/failure.test.ts'];

/** The tests of the whole product from outside, which take minutes: `npm run test:long` runs them (long.config.ts). */
export const long = 'test/**/*.long.test.ts';

/**
 * Two workers: the suite is made for two cores. All files of a worker share its modules, which keep nothing from one test
 * to the next: that saves importing them, and having them optimized, a hundred times over.
 */
export default defineConfig({
  resolve: {
    alias: [
      { find: 'ringlab/testing', replacement: new URL('property/index.ts', import.meta.url).pathname },
      { find: /^ringlab$/, replacement: new URL('../index.ts', import.meta.url).pathname },
    ],
  },
  test: {
    root: new URL('..', import.meta.url).pathname,
    maxWorkers: 2,
    testTimeout: limit,
    hookTimeout: limit,
    projects: [
      {
        extends: true,
        test: { name: 'shared', include: ['test/**/*.test.ts'], exclude: [...mocking, long], isolate: false },
      },
      { extends: true, test: { name: 'mocking', include: mocking } },
    ],
  },
});
