/**
 * Every command in a README works: blocks of `sh` are run in order, in a folder that looks like the checkout. A block of
 * `text` that follows is what they print on stdout, `…` standing for any lines.
 */
import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blocksOf, expectPrinted } from './blocks.ts';
import { root, scratch, shell } from './kit.ts';

const file = scratch();
for (const name of ['guests', 'examples']) symlinkSync(join(root, name), file(name));

const skipped = new Set(['node_modules', 'dist', 'coverage']);

/** READMEs below a folder of the checkout that show commands, by path. */
function readmes(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return skipped.has(entry.name) || entry.name.startsWith('.') ? [] : readmes(path);
    return entry.name === 'README.md' && readFileSync(join(root, path), 'utf8').includes('\n```sh\n')
      ? [path]
      : [];
  });
}

const scripts = Object.keys(
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }).scripts,
);

/** Commands as they are run: this test is itself part of `npm test`, so npm's scripts are only looked up. */
function runnable(commands: string): string {
  const lines = commands.split('\n').map((line) => {
    const script = /^npm (?:run )?([\w-]+)/.exec(line)?.[1];
    if (script !== undefined) expect(scripts).toContain(script);
    return script !== undefined || line === ''
      ? ''
      : `${line.replaceAll('npx ringlab', 'ringlab')} || exit\n`;
  });
  return `cd '${file('.')}'\n${lines.join('')}`;
}

describe.each(readmes('.'))('%s', (path) => {
  const blocks = blocksOf(readFileSync(join(root, path), 'utf8')).filter(
    (block) => block.kind === 'commands',
  );

  it.each(blocks.map(({ commands, output }) => [commands.trim(), output] as const))(
    'does: %s',
    (commands, output) => {
      const { status, stdout, stderr } = shell(runnable(commands));
      expect(status, stderr).toBe(0);
      if (output !== undefined) expectPrinted(stdout, output);
    },
  );
});
