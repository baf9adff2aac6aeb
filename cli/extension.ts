/** `npm run extension`: writes the extension's files to dist/extension, and packages them as dist/ringlab.vsix with vsce. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extensionFiles } from './extension/contents.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'dist', 'extension');

/** The packager is fetched when it is needed: nobody else needs its 200 packages. */
const vsce = '@vscode/vsce@3.6.0';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const { version } = JSON.parse(read('package.json')) as { version: string };
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, text] of extensionFiles(version, read)) writeFileSync(join(folder, name), text);

const args = [
  '--yes',
  vsce,
  'package',
  '--no-dependencies',
  '--allow-missing-repository',
  '-o',
  '../ringlab.vsix',
];
const { status } = spawnSync('npx', args, {
  cwd: folder,
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
if (status !== 0)
  process.stderr.write(
    `the extension's files are in dist/extension, but ${vsce} could not package them: it has to be fetched, so be online\n`,
  );
process.exitCode = status ?? 1;
