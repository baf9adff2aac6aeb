// `npm run site`: the documentation as a site, dist/site. Its generator, VitePress, is a package of this folder alone, so
// that nobody who runs ringlab has to install it. The pages are the repository's own Markdown (stage.js); a link that leads
// nowhere fails the build (check.js).
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkSite } from './check.js';
import { stage } from './stage.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const site = join(root, 'site');
const output = join(root, 'dist', 'site');

function must(command, args, cwd) {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
}

const time = (path) => statSync(join(site, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
if (time('package-lock.json') > time('node_modules/.package-lock.json'))
  must('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], site);

stage(root, join(site, 'pages'));
rmSync(output, { recursive: true, force: true });
must(process.execPath, ['node_modules/vitepress/bin/vitepress.js', 'build'], site);
// The laboratory, which `npm run site` has built before; the folders beside its files hold declarations.
const page = join(root, 'dist', 'web');
for (const { name } of readdirSync(page, { withFileTypes: true }).filter((entry) => entry.isFile()))
  cpSync(join(page, name), join(output, 'lab', name));

const dead = checkSite(output, process.env.RINGLAB_SITE_BASE);
for (const link of dead) process.stderr.write(`site: ${link}\n`);
process.stderr.write(dead.length === 0 ? 'site: dist/site is built, and all links lead somewhere\n' : '');
process.exitCode = dead.length === 0 ? 0 : 1;
