// Builds the web laboratory into dist/web: ringlab-lab.html, which is everything in one file, and the same in parts for a
// static host. The same sources give the same bytes. `node web/build.js` after `node cli/setup.js`.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { grammarRecipe, printedSteps } from '../cli/plugins.js';
import { makePages } from './html.js';
import { licencesOf } from './licences.js';
import { interpreterOnly, noParser, recipesOnly } from './plugins.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const common = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  target: 'es2022',
  legalComments: 'none',
  outdir: 'dist/web',
  jsx: 'automatic',
  jsxImportSource: 'preact',
};
const forBrowser = { ...common, platform: 'browser', format: 'iife' };

const read = (path) => readFileSync(join(root, path), 'utf8');

/**
 * The files of the library: guests, their parts, and the programs of lessons, by path. Monitors that are guests are left out:
 * they need a guest of their own, which only `--guest` gives them, and minivisor would be a twentieth of the page.
 */
function library() {
  const below = (folder, pattern) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .filter((path) => pattern.test(path));
  const paths = [
    ...below('guests', /\.(s|inc)$/).filter((path) => !/^guests\/(minivisor|hypervisors)\//.test(path)),
    ...below('examples', /^examples\/[^/]+\.(s|json)$/),
  ].sort();
  return Object.fromEntries(paths.map((path) => [path, read(path)]));
}

let builds = 0;

/** What the page shows before it runs: the first act, run here, and its HTML. */
async function first(files, version) {
  const { outputFiles } = await build({
    ...common,
    minify: false,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    banner: {
      js: "import { createRequire as ringlabRequire } from 'node:module'; const require = ringlabRequire(import.meta.url);",
    },
    loader: { '.css': 'empty' },
    entryPoints: { prerender: 'web/prerender.ts' },
    plugins: [grammarRecipe],
  });
  const path = join(root, `dist/web-prerender-${process.pid}-${builds++}.mjs`);
  writeFileSync(path, outputFiles[0].contents);
  try {
    const { prerender } = await import(`${pathToFileURL(path)}?${hashOf(outputFiles[0].contents)}`);
    return await prerender(files, version);
  } finally {
    rmSync(path);
  }
}

export const hashOf = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 8);

/** The packages of which something is in what was made. */
function packagesOf(builds) {
  const inputs = builds.flatMap(({ metafile }) =>
    Object.values(metafile.outputs).flatMap((made) => Object.entries(made.inputs)),
  );
  const paths = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
  const names = paths.map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

/** Everything that is built: file names with their contents, and the packages that are in them. */
export async function buildLaboratory() {
  const { version } = JSON.parse(read('package.json'));
  const files = library();
  const [worker, pool, page] = await Promise.all([
    build({
      ...forBrowser,
      entryPoints: { worker: 'web/worker/main.ts' },
      plugins: [recipesOnly, interpreterOnly, grammarRecipe, printedSteps],
    }),
    build({
      ...forBrowser,
      entryPoints: { pool: 'web/worker/pool-main.ts' },
      plugins: [recipesOnly, interpreterOnly, grammarRecipe, printedSteps],
    }),
    build({ ...forBrowser, entryPoints: { page: 'web/page/main.tsx' }, plugins: [noParser] }),
  ]);
  const packages = packagesOf([worker, pool, page]);
  const textOf = (made, ending) => made.outputFiles.find(({ path }) => path.endsWith(ending)).text;
  const parts = {
    worker: textOf(worker, '.js'),
    pool: textOf(pool, '.js'),
    script: textOf(page, '.js'),
    style: textOf(page, '.css'),
    ...(await first(files, version)),
    licences: licencesOf(read('NOTICE'), packages),
  };
  return { outputs: makePages(parts), packages };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { outputs } = await buildLaboratory();
  const folder = join(root, 'dist/web');
  mkdirSync(folder, { recursive: true });
  // What an earlier build left goes; the folders beside it hold declarations.
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isFile()) rmSync(join(folder, entry.name));
  }
  for (const [name, contents] of Object.entries(outputs)) writeFileSync(join(folder, name), contents);
}
