/**
 * The core in a browser: headless Chromium does on a page that forbids eval what Node does here, and both must
 * agree to the byte. Skipped where there is no Chromium.
 */
import { execFile, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { grammarRecipe, printedSteps } from '../../cli/plugins.js';
import { strategies } from '../../vmm/monitor/strategies.ts';
import { root, scratch } from '../cli/kit.ts';
import { parseExpectations } from '../guests/expectations.ts';
import { fillSectors } from '../guests/run.ts';
import { type Task, work } from './work.ts';

const file = scratch();
const browser = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);
if (browser === undefined) console.warn('skipped: the core in a browser, for there is no Chromium here');

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What a page that forbids eval refuses. */
const tryEval = 'let evalIsForbidden = false; try { new Function(""); } catch { evalIsForbidden = true; }';

/** The core's own scripts run, WebAssembly is compiled, and nothing else is allowed: no eval, no network. */
const policy = "default-src 'none'; script-src 'nonce-page' 'wasm-unsafe-eval'";

/** The sources in guests/, and what the kernel's head says that it wants. */
function makeTask(): Task {
  const kernel = 'guests/kernel/kernel.s';
  const divergent = 'guests/flags.s';
  const sources = readdirSync(join(root, 'guests'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(s|inc)$/.test(name))
    .map((name) => `guests/${name}`);
  const files = Object.fromEntries(sources.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
  const { input, disk = [] } = parseExpectations(files[kernel] as string);
  return { files, kernel, divergent, input, disk: fillSectors(disk).join('') };
}

async function bundlePage(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['test/web/page.ts'],
    bundle: true,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    write: false,
    plugins: [grammarRecipe, printedSteps],
  });
  return (outputFiles[0] as { text: string }).text;
}

/** What the page has written when it is loaded. */
async function runPage(script: string, task: Task): Promise<string> {
  const inline = (text: string) => `<script nonce="page">${text.replaceAll('</', '<\\/')}</script>`;
  const page = file(
    'page.html',
    `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
     <pre id="results"></pre>${inline(`const task = ${JSON.stringify(task)}; ${tryEval}`)}${inline(script)}`,
  );
  const profile = `--user-data-dir=${file('profile')}`;
  const { stdout } = await promisify(execFile)(
    browser as string,
    [...flags, profile, '--dump-dom', `file://${page}`],
    { maxBuffer: 2 ** 28 },
  );
  const [, text = ''] = /<pre id="results">([\s\S]*?)<\/pre>/.exec(stdout) ?? [];
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&nbsp;', '\u00a0')
    .replaceAll('&amp;', '&');
}

describe.skipIf(browser === undefined)('The core in a browser that forbids eval', () => {
  it('assembles, runs, compares, classifies, goes back and migrates as in Node, to the byte', async () => {
    const task = makeTask();
    const page = runPage(await bundlePage(), task);
    // Node works while the browser does.
    const { runs, comparisons, migration, ...rest } = work(task);
    const found = await page;
    const expected = { runs, comparisons, migration, ...rest, evalIsForbidden: true };
    expect(found).toMatch(/^\{/);
    expect(JSON.parse(found)).toEqual(JSON.parse(JSON.stringify(expected)));
    for (const { engine, monitor, stop, compiledSteps } of runs) {
      expect(stop).toEqual({ kind: 'power', status: 0 });
      if (engine === 'fast' && monitor !== 'interpret') expect(compiledSteps).toBeGreaterThan(0);
    }
    expect(migration).toMatchObject({ state: 'moved', isRight: true });
    expect(comparisons.map(({ equal }) => equal)).toEqual([...strategies.map(() => true), false, true]);
  });
});
