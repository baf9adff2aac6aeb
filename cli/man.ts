/** `npm run man`: writes the man pages into dist/man, from what the help tells. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { manPages } from './help/man-pages.ts';
import { addAllVerbs, createProgram } from './program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly version: string;
};
const folder = join(root, 'dist', 'man');

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, text] of manPages(await addAllVerbs(createProgram()), version))
  writeFileSync(join(folder, name), text);
