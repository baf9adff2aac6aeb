/** `npm run reference`: writes REFERENCE.md from the declarations of the library. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EntryPoint, formatReference } from './reference/reference.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const entry = (imported: string, path: string): EntryPoint => ({ imported, source: read(path) });

writeFileSync(
  join(root, 'REFERENCE.md'),
  formatReference([entry('ringlab', 'index.ts'), entry('ringlab/node', 'node.ts')], (path) =>
    read(`dist/${path}`),
  ),
);
