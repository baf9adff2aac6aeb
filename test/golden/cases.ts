/**
 * Golden pairs: translation/NAME.s, a small guest, and NAME.txt, what `ringlab translate`
 * prints of it. The guest's line `# translate: …` has the options. accept.ts takes changes over.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The pairs, also from where this is compiled to. */
const beside = new URL('translation/', import.meta.url);
const folder = existsSync(beside) ? beside : new URL('../../../test/golden/translation/', import.meta.url);
const root = fileURLToPath(new URL('../../../', folder));

function namesOf(ending: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length))
    .sort();
}

/** Names of the guests, and of what was accepted. */
export const guests = namesOf('.s');
export const accepted = namesOf('.txt');

/** The path of what was accepted for a guest. */
export function goldenFile(name: string): string {
  return fileURLToPath(new URL(`${name}.txt`, folder));
}

/** What `ringlab translate` prints of a guest now. Throws an Error when it does not end well. */
export function printed(name: string): string {
  const options = /^# translate: (.*)$/m.exec(readFileSync(new URL(`${name}.s`, folder), 'utf8'))?.[1];
  if (options === undefined) throw new Error(`${name}.s has no line "# translate: OPTIONS"`);
  const args = ['cli/bin.js', 'translate', ...options.split(' '), `test/golden/translation/${name}.s`];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0 || stderr !== '') throw new Error(`${name}.s: status ${status}, ${stderr}`);
  return stdout;
}
