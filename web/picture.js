// Makes web/picture.png, which README.md shows: the second act, one step after the two machines diverge. `npm run web:picture`,
// where there is a Chromium.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const page = new URL('../dist/web/ringlab-lab.html', import.meta.url);
const picture = fileURLToPath(new URL('picture.png', import.meta.url));

const names = ['chromium', 'chromium-browser', 'google-chrome'];
const name = names.find((candidate) => spawnSync(candidate, ['--version']).status === 0);
if (name === undefined) {
  process.stderr.write('web:picture: there is no Chromium here\n');
  process.exit(1);
}
const executablePath = spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, offline: true });
  const tab = await context.newPage();
  await tab.goto(page.href);
  await tab.locator('html[data-ready]').waitFor();
  await tab.keyboard.press('2');
  await tab.locator('.verdict.diverges').waitFor();
  await tab.keyboard.press('ArrowRight');
  await tab.locator('.differences').waitFor();
  await tab.screenshot({ path: picture });
} finally {
  await browser.close();
}
