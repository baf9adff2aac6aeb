/**
 * `npm run mutants [-- NAME…]`: runs the suite's tests of the fast engine (mutants.ts) over the engine with each known bug
 * in it, or these ones, and says which test catches it first. Without a bug they must pass. Ends with status 1 when a
 * mutant is caught by none.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { sourceRoot } from '../property/zoo/build.ts';
import { engineMutants, engineTests } from './mutants.ts';

/** Milliseconds after which a mutant that does not end is taken for caught: the tests would never pass. */
const patience = 600_000;

/** Runs the tests over a mutant, or over the engine as it is. What catches it, in words, or undefined. */
function caughtBy(mutant: string | undefined, tests: readonly string[]): string | undefined {
  const vitest = join(sourceRoot, 'node_modules', 'vitest', 'vitest.mjs');
  const args = [
    'run',
    '--config',
    'test/engines/mutants.config.ts',
    '--bail',
    '1',
    '--reporter',
    'dot',
    ...tests,
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, ...args], {
    cwd: sourceRoot,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', ...(mutant === undefined ? {} : { MUTANT: mutant }) },
    timeout: patience,
    maxBuffer: 2 ** 28,
  });
  if (status === 0) return undefined;
  if (status === null) return 'it does not end';
  const failed = /^ *FAIL +(.*)$/m.exec(stdout + stderr)?.[1];
  if (failed === undefined) throw new Error(`the tests do not run:\n${stdout}${stderr}`);
  return failed;
}

const names = process.argv.slice(2);
const unknown = names.find((name) => !engineMutants.some((mutant) => mutant.name === name));
if (unknown !== undefined) {
  const all = engineMutants.map(({ name }) => name).join(', ');
  process.stderr.write(`mutants: no mutant "${unknown}"; there are: ${all}\n`);
  process.exit(2);
}

const healthy = names.length === 0 ? caughtBy(undefined, engineTests) : undefined;
if (healthy !== undefined) {
  process.stderr.write(`mutants: the engine as it is fails: ${healthy}\n`);
  process.exit(1);
}

const wanted = engineMutants.filter(({ name }) => names.length === 0 || names.includes(name));
let alive = 0;
for (const { name, bug } of wanted) {
  const by = caughtBy(name, engineTests);
  if (by === undefined) alive += 1;
  process.stdout.write(`${name.padEnd(20)} ${by ?? `ALIVE: ${bug}`}\n`);
}
process.stdout.write(`${wanted.length - alive} caught, ${alive} alive\n`);
process.exitCode = alive === 0 ? 0 : 1;
