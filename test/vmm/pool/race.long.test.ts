/** Four processes write to one folder at once: every commit has one winner, and none is lost. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, expect, it } from 'vitest';
import { FolderStore } from '../../../vmm/pool/folder-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlab-race-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('Of four processes that each make 100 commits on one key, all win 100 times, and the number is 400', async () => {
  const program = join(folder, 'race.mjs');
  await build({
    entryPoints: [new URL('race.ts', import.meta.url).pathname],
    bundle: true,
    outfile: program,
    format: 'esm',
    platform: 'node',
    target: 'node20',
  });
  const pool = join(folder, 'pool');
  const run = () => promisify(execFile)(process.execPath, [program, pool, '100']);
  const ended = await Promise.all([run(), run(), run(), run()]);
  // They did race.
  expect(ended.reduce((sum, { stdout }) => sum + Number(stdout), 0)).toBeGreaterThan(0);
  const options = { machine: 'here', boot: 'first', clock: () => 0, newName: () => 'reader' };
  let number: unknown;
  new FolderStore(pool, options).read((entries) => {
    number = entries?.get('number')?.value;
  });
  expect(number).toBe(400);
});
