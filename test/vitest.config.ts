import { defineConfig } from 'vitest/config';
import { limit } from './limit.ts';

/** Two workers: the suite is made for two cores. */
export default defineConfig({
  resolve: {
    alias: [
      { find: 'ringlab/testing', replacement: new URL('property/index.ts', import.meta.url).pathname },
      { find: /^ringlab$/, replacement: new URL('../index.ts', import.meta.url).pathname },
    ],
  },
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    maxWorkers: 2,
    testTimeout: limit,
    hookTimeout: limit,
  },
});
