// Brings a checkout to where everything runs: installs when the lock file is newer than what
// is installed, type-checks and compiles, bundles the command line. Quick when nothing changed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const time = (path) => (existsSync(root + path) ? statSync(root + path).mtimeMs : 0);

/** Runs a command in the checkout; ends with its status when it fails. */
function run(command, ...args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (error) process.stderr.write(`setup: ${command}: ${error.message}\n`);
  if (status !== 0) process.exit(status ?? 1);
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`setup: Node ${process.versions.node} is too old; ringlab needs 20.19 or later\n`);
  process.exit(1);
}
if (time('package-lock.json') > time('node_modules/.package-lock.json')) {
  run('npm', 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error');
}
run(process.execPath, 'node_modules/typescript/bin/tsc', '-b', 'cli');
const { build } = await import('esbuild');
await build({
  absWorkingDir: root,
  entryPoints: ['cli/main.ts'],
  outdir: 'dist/bundle',
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  legalComments: 'linked',
  define: {
    RINGLAB_VERSION: JSON.stringify(JSON.parse(readFileSync(`${root}package.json`, 'utf8')).version),
  },
  banner: {
    js: "import { createRequire as ringlabRequire } from 'node:module'; const require = ringlabRequire(import.meta.url);",
  },
});
