/** A browser for all tests of the page, and pages in it that must not complain and must not use the network. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { buildLaboratory } from '../../../web/build.js';
import { scratch } from '../../cli/kit.ts';

/** The browser's name, if there is one. */
export function findChromium(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const name = names.find((candidate) => spawnSync(candidate, ['--version']).status === 0);
  return name && spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim();
}

export interface PageOptions {
  /** Another address than the kit's own. */
  readonly at?: string;
  /** What follows the address: a fragment, a query. */
  readonly address?: string;
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
  /** The split build from a server instead of the one file; default the file. */
  readonly http?: boolean;
  /** A context to open another page in, as another tab would be. */
  readonly context?: BrowserContext;
}

export interface Laboratory {
  /** What was built: texts by file name. */
  readonly outputs: () => Readonly<Record<string, string>>;
  readonly browser: () => Browser;
  /** Opens the page, and waits until it shows what its address says. */
  readonly open: (options?: PageOptions) => Promise<Page>;
  /** Whether the server of the split build answers; it does at first. */
  readonly serve: (answers: boolean) => void;
  /** Where the page is, as `file:` or `http:`. */
  readonly address: (http: boolean) => string;
}

/** Builds the laboratory and starts the browser before the tests; ends it after them. */
export function startLaboratory(executablePath: string): Laboratory {
  const file = scratch();
  let outputs: Readonly<Record<string, string>> = {};
  let browser: Browser;
  const complaints: string[] = [];
  let opened: BrowserContext[] = [];
  let answers = true;
  const server = createServer(({ url = '/' }, response) => {
    const name = url.slice(1).replace(/[?#].*/, '') || 'index.html';
    const contents = answers ? outputs[name] : undefined;
    const type = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' }[name.replace(/.*\./, '')];
    response.writeHead(contents === undefined ? 404 : 200, { 'content-type': type ?? 'text/html' });
    response.end(contents);
  });
  const address = (http: boolean) =>
    http
      ? `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
      : `file://${file('ringlab-lab.html')}`;

  beforeAll(async () => {
    ({ outputs } = await buildLaboratory());
    writeFileSync(file('ringlab-lab.html'), outputs['ringlab-lab.html'] as string);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterEach(async () => {
    await Promise.all(opened.map((context) => context.close()));
    opened = [];
    expect(complaints.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    server.close();
  });

  async function makeContext({ width = 1280, height = 720, scheme = 'light', http = false }: PageOptions) {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: scheme,
      offline: !http,
      reducedMotion: 'reduce',
    });
    opened.push(context);
    return context;
  }

  /** Whatever the page requests beside itself, and whatever is on its console, is a complaint. */
  function watch(page: Page, own: string): void {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error.stack ?? error)));
    page.on('request', (request) => {
      const url = request.url();
      if (!/^(data|blob):/.test(url) && !url.startsWith(own)) complaints.push(`requests ${url}`);
    });
  }

  async function open(options: PageOptions = {}): Promise<Page> {
    const { http = false, address: rest = '' } = options;
    const page = await (options.context ?? (await makeContext(options))).newPage();
    const own = options.at ?? address(http);
    watch(page, new URL('.', own).href);
    await page.goto(own + rest);
    await page.locator('html[data-ready]').waitFor();
    return page;
  }

  const serve = (now: boolean) => {
    answers = now;
  };
  return { serve, outputs: () => outputs, browser: () => browser, open, address };
}

/** Waits until the verdict says this. */
export async function expectVerdict(page: Page, text: string): Promise<void> {
  await page.locator('.verdict', { hasText: text }).waitFor();
}

/** Waits until the page is at a step. */
export async function expectStep(page: Page, step: number): Promise<void> {
  await page.locator(`.time input[type=range][aria-valuetext^="step ${step} of"]`).waitFor();
}
