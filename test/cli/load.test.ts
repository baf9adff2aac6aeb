/** The start from V8's cache of compiled code (cli/load.js): what runs is always what the file says now. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { root } from './kit.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlab-load-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const main = join(folder, 'main.cjs');
const cache = `${main}.cache`;

/** Runs the file; with `keep`, its cache is written. */
function start(keep = false): string {
  const load = pathToFileURL(join(root, 'cli', 'load.js')).href;
  const text = `import { start } from ${JSON.stringify(load)};
    const keep = start(${JSON.stringify(main)});
    ${keep ? "process.on('exit', keep);" : ''}`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', text], {
    encoding: 'utf8',
  });
  return stdout + stderr;
}

const write = (word: string) =>
  writeFileSync(
    main,
    `const say = () => console.log('${word}', __filename === ${JSON.stringify(main)}); say();`,
  );

beforeEach(() => {
  rmSync(cache, { force: true });
  write('one');
});

it('runs without a cache, and with the one it made', () => {
  expect(start(true)).toBe('one true\n');
  expect(statSync(cache).size).toBeGreaterThan(100);
  expect(start()).toBe('one true\n');
});

it('leaves the cache of a file that has changed, however little', () => {
  start(true);
  write('two');
  utimesSync(main, new Date(), new Date(Date.now() + 5000));
  expect(start()).toBe('two true\n');
});

it('leaves a cache that is damaged, cut off or empty', () => {
  start(true);
  const bytes = readFileSync(cache);
  for (const damaged of [bytes.with(-9, 0x55), bytes.subarray(0, -8), bytes.subarray(0, 40), ''])
    expect([writeFileSync(cache, damaged), start()]).toEqual([undefined, 'one true\n']);
});

it('gives the file an import of modules outside, from a cache too', () => {
  const outside = join(folder, 'outside.mjs');
  writeFileSync(outside, 'export const here = 7;');
  const address = JSON.stringify(pathToFileURL(outside).href);
  writeFileSync(main, `ringlabImport(${address}).then(({ here }) => console.log(here));`);
  expect([start(true), start()]).toEqual(['7\n', '7\n']);
});

it("is how the command line starts: setup has made its cache, which this Node's V8 takes", () => {
  const path = join(root, 'dist', 'bundle', 'main.cjs');
  const { size, mtimeMs } = statSync(path);
  const mark = `${process.version} ${size} ${mtimeMs} `;
  expect(readFileSync(`${path}.cache`).toString('latin1', 0, mark.length)).toBe(mark);
});

it('is built once: setup does nothing when nothing has changed', () => {
  const built = () => statSync(join(root, 'dist', 'bundle', 'main.cjs')).mtimeMs;
  const before = built();
  expect(spawnSync(process.execPath, [join(root, 'cli', 'setup.js')]).status).toBe(0);
  expect(built()).toBe(before);
});
