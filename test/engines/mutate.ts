/**
 * `npm run mutants [-- NAME…]`: runs the suite's tests of the fast engine (mutants.ts) over the engine with each known bug
 * in it, or these ones, and says which test catches it first. Without a bug they must pass. Ends with status 1 when a
 * mutant is caught by none.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { sourceRoot } from '../property/zoo/build.ts';
import { engineMutants, engineTests } from './mutants.ts';

/** Milliseconds after which a mutant that does not end is caught: its tests never pass. Without a bug they take a few minutes. */
const patience = 1_800_000;

/** Runs the tests over a mutant, or over the engine as it is; its status, null when it was stopped, and what it printed. */
function runTests(mutant: string | undefined): Promise<{ status: number | null; printed: string }> {
  const vitest = join(sourceRoot, 'node_modules', 'vitest', 'vitest.mjs');
  const options = ['--config', 'test/engines/mutants.config.ts', '--bail', '1', '--reporter', 'dot'];
  const child = spawn(process.execPath, [vitest, 'run', ...options, ...engineTests], {
    cwd: sourceRoot,
    env: { ...process.env, NO_COLOR: '1', ...(mutant === undefined ? {} : { MUTANT: mutant }) },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: a worker in a loop that never ends is stopped with it.
    detached: true,
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => (printed += bytes.toString()));
  const stop = () => process.kill(-(child.pid as number), 'SIGKILL');
  const clock = setTimeout(stop, patience);
  process.once('exit', stop);
  return new Promise((resolve) => {
    child.once('close', (status) => {
      clearTimeout(clock);
      process.off('exit', stop);
      resolve({ status, printed });
    });
  });
}

/** What catches a mutant, in words; undefined = nothing. */
async function caughtBy(mutant: string | undefined): Promise<string | undefined> {
  const { status, printed } = await runTests(mutant);
  if (status === 0) return undefined;
  if (status === null) return 'it does not end';
  const failed = /^ *FAIL +(.*)$/m.exec(printed)?.[1];
  if (failed === undefined) throw new Error(`the tests do not run:\n${printed}`);
  return failed;
}

const names = process.argv.slice(2);
const unknown = names.find((name) => !engineMutants.some((mutant) => mutant.name === name));
if (unknown !== undefined) {
  const all = engineMutants.map(({ name }) => name).join(', ');
  process.stderr.write(`mutants: no mutant "${unknown}"; there are: ${all}\n`);
  process.exit(2);
}
process.once('SIGINT', () => process.exit(130));

const healthy = names.length === 0 ? await caughtBy(undefined) : undefined;
if (healthy !== undefined) {
  process.stderr.write(`mutants: the engine as it is fails: ${healthy}\n`);
  process.exit(1);
}

const wanted = engineMutants.filter(({ name }) => names.length === 0 || names.includes(name));
let alive = 0;
for (const { name, bug } of wanted) {
  const by = await caughtBy(name);
  if (by === undefined) alive += 1;
  process.stdout.write(`${name.padEnd(20)} ${by ?? `ALIVE: ${bug}`}\n`);
}
process.stdout.write(`${wanted.length - alive} caught, ${alive} alive\n`);
process.exitCode = alive === 0 ? 0 : 1;
