// Prepares a checkout so that everything runs: installs packages when the lock file is newer than
// what is installed, type-checks, compiles, and bundles the command line. When nothing has changed
// since the last time, it does nothing.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { grammarRecipe, printedSteps } from './plugins.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const output = 'dist/bundle';
const stamp = 'dist/setup.stamp';
/** Which packages are in the bundles: NOTICE must list them (test/cli/package.long.test.ts). */
const bundled = 'dist/bundled.json';
/** Runs whose compiled code is stored: one uses the assembler and the interpreter, the other the compiler of regions. */
const typicalRuns = [['guests/hello.s'], ['--process', 'bench/kernels/process/mixed.elf', '10']];
/** What the command line is made of. */
const sources = [
  'index.ts',
  'node.ts',
  'isa',
  'assembler',
  'vmm',
  'cli',
  'bench',
  'examples',
  'test/property',
  'package.json',
  'tsconfig.base.json',
];

const time = (path) => (existsSync(root + path) ? statSync(root + path).mtimeMs : 0);
const read = (path) => readFileSync(root + path, 'utf8');

/** Runs a command in the checkout, its output on stderr; returns its status. */
function run(command, ...args) {
  return runTo(2, command, ...args);
}

/** The same, its output to a file descriptor, or ignored. */
function runTo(stdout, command, ...args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', stdout, 2],
    shell: process.platform === 'win32',
  });
  if (error) process.stderr.write(`setup: ${command}: ${error.message}\n`);
  return status ?? 1;
}

/** Says on a terminal, on stderr, what takes its time now. */
function tell(text) {
  if (process.stderr.isTTY) process.stderr.write(`setup: ${text} …\n`);
}

/** Ends with the status of what was run when it is not 0. */
function must(status) {
  if (status !== 0) process.exit(status);
}

/** Type-checks and compiles folders; returns 0 if they are right. */
function compile(...folders) {
  return run(process.execPath, 'node_modules/typescript/bin/tsc', '-b', ...folders);
}

/** Name, time and size of every source file at or below `path`, a line each. */
function state(path) {
  const { mtimeMs, size } = statSync(join(root, path), { throwIfNoEntry: false }) ?? {};
  if (size === undefined) return [];
  const found = statSync(join(root, path)).isDirectory()
    ? readdirSync(join(root, path), { withFileTypes: true })
    : undefined;
  if (found === undefined) return [`${path} ${mtimeMs} ${size}`];
  const wanted = found.filter((entry) => entry.isDirectory() || /\.(ts|js|json)$/.test(entry.name));
  return wanted.flatMap(({ name }) => state(join(path, name)));
}

/** Writes a file whole, because somebody may be running it. */
function writeWhole(path, contents) {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, contents);
  renameSync(temporary, path);
}

async function bundle() {
  const { build } = await import('esbuild');
  const common = {
    absWorkingDir: root,
    external: ['esbuild'],
    outdir: output,
    bundle: true,
    platform: 'node',
    target: 'node20',
    legalComments: 'linked',
    write: false,
    metafile: true,
    plugins: [grammarRecipe, printedSteps],
  };
  const version = { RINGLAB_VERSION: JSON.stringify(JSON.parse(read('package.json')).version) };
  // One file, and CommonJS, so that what V8 compiled of it can be stored (load.js); without its comments,
  // because it is read at every start.
  const main = await build({
    ...common,
    entryPoints: { main: 'cli/main.ts' },
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    minifyWhitespace: true,
    lineLimit: 100,
    define: { ...version, 'import.meta.url': 'ringlabAddress' },
    banner: { js: "const ringlabAddress = require('node:url').pathToFileURL(__filename).href;" },
  });
  const libraries = await build({
    ...common,
    entryPoints: {
      testing: 'test/property/index.ts',
      grade: 'test/property/grade/index.ts',
      'grade-worker': 'test/property/grade/grade-worker.ts',
      lessons: 'examples/lessons.ts',
    },
    splitting: true,
    format: 'esm',
    define: version,
    banner: {
      js: "import { createRequire as ringlabRequire } from 'node:module'; const require = ringlabRequire(import.meta.url);",
    },
  });
  // The library, for browsers and for Node: `node:` is imported by node.js alone, and by the course, which shares its code.
  const library = await build({
    ...common,
    entryPoints: { index: 'index.ts', node: 'node.ts', course: 'examples/course/index.ts' },
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    external: ['node:*'],
    target: 'es2022',
    define: version,
  });
  // What runs in a submission's process: files whose text is given to it, for it can read none.
  const inside = { absWorkingDir: root, outdir: output, bundle: true, write: false, metafile: true };
  const kit = await build({
    ...inside,
    entryPoints: { kit: 'test/property/grade/kit.ts' },
    platform: 'neutral',
    target: 'node20',
    plugins: [printedSteps],
  });
  const child = await build({
    ...inside,
    entryPoints: { 'grade-child': 'test/property/grade/child.ts' },
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    minifyWhitespace: true,
  });
  const strip = await build({
    ...inside,
    entryPoints: { strip: 'test/property/grade/strip.ts' },
    platform: 'neutral',
    mainFields: ['module', 'main'],
    format: 'cjs',
    target: 'node20',
    minifyWhitespace: true,
  });
  const builds = [library, libraries, kit, child, strip, main];
  const files = builds.flatMap(({ outputFiles }) => outputFiles);
  mkdirSync(root + output, { recursive: true });
  for (const file of files) writeWhole(file.path, file.contents);
  const names = files.map(({ path }) => basename(path));
  for (const name of readdirSync(root + output)) {
    if (!names.includes(name)) rmSync(join(root, output, name));
  }
  writeWhole(join(root, bundled), JSON.stringify(packagesOf(builds)));
}

/** The packages, by name, that esbuild put something of into what it made. */
function packagesOf(builds) {
  const outputs = builds.flatMap(({ metafile }) => Object.values(metafile.outputs));
  const inputs = outputs.flatMap((made) => Object.entries(made.inputs));
  const paths = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
  const names = paths.map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`setup: Node ${process.versions.node} is too old; ringlab needs 20.19 or later\n`);
  process.exit(1);
}
// What `npm start` is about to show is said before anything takes its time.
if (process.argv[2] === '--welcome') process.stdout.write(`${read('cli/welcome.txt')}\n`);
if (time('package-lock.json') > time('node_modules/.package-lock.json')) {
  tell('installing what ringlab is built with: this is done once, and takes about ten seconds');
  must(run('npm', 'ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'));
}
const now = sources.flatMap(state).join('\n');
if (!existsSync(join(root, output, 'main.cjs')) || !existsSync(root + stamp) || read(stamp) !== now) {
  tell('checking the types and compiling');
  must(compile('cli'));
  tell('bundling the command line');
  await bundle();
  for (const guest of typicalRuns) {
    if (runTo('ignore', process.execPath, 'cli/keep-compiled.js', 'run', ...guest) !== 0)
      process.stderr.write(
        `setup: \`ringlab run ${guest.join(' ')}\` failed, so ringlab will start slower\n`,
      );
  }
  // An error in a lesson or a benchmark does not stop anyone from starting, but it is reported every time.
  if (compile('tsconfig.library.json', 'bench', 'examples') === 0) writeWhole(root + stamp, now);
}
