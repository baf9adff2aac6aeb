/** Prints pages as PDF by Chromium, if there is one on this machine. */
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { EXIT, Failure } from './failure.ts';

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'brave-browser',
];

/** The command of a Chromium. Throws a Failure that says what to install if there is none. */
export function findChromium(): string {
  const candidates = process.env.CHROME_PATH === undefined ? names : [process.env.CHROME_PATH];
  const found = candidates.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);
  if (found !== undefined) return found;
  throw new Failure(
    EXIT.UNREACHABLE,
    `--pdf needs Chromium, Chrome or Edge, and there is none here (tried ${candidates.join(', ')}): install one, or put its path into CHROME_PATH. Or leave out --pdf, and print the .html files from any browser`,
  );
}

/** Prints the page in file `html` to file `pdf`. Throws a Failure if Chromium does not. */
export function printPdf(chromium: string, html: string, pdf: string): void {
  // As root, in a container, Chromium has no sandbox; the page is ours, and is read from a file.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const { status, stderr } = spawnSync(
    chromium,
    [
      '--headless',
      '--disable-gpu',
      ...sandbox,
      '--no-pdf-header-footer',
      `--print-to-pdf=${pdf}`,
      pathToFileURL(html).href,
    ],
    { encoding: 'utf8' },
  );
  if (status === 0) return;
  const [reason = ''] = stderr.trim().split('\n').slice(-1);
  throw new Failure(EXIT.UNREACHABLE, `${chromium} did not print ${html}: ${reason}`);
}
