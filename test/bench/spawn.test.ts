/** Programs that the benchmarks start. */
import { expect, test } from 'vitest';
import { load } from './kit.ts';

const { runProgram } = await load('spawn');

test('a program gives its status and what it printed', async () => {
  const ended = await runProgram(process.execPath, ['-e', 'console.log("out"); process.exitCode = 3']);
  expect(ended).toMatchObject({ status: 3, output: 'out\n', errors: '' });
  expect(ended?.seconds).toBeGreaterThan(0);
});

test('a program that is not installed is none, and nothing is left to wait for', async () => {
  const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  expect(await runProgram('no-such-program-anywhere', [])).toBeUndefined();
  const after = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  expect(after).toBe(before);
});
