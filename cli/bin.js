#!/usr/bin/env node
// Starts the built command line. In a fresh checkout there is none yet: one line says how to get it.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/bundle/main.cjs', import.meta.url));
if (existsSync(main)) (await import('./load.js')).start(main);
else {
  process.stderr.write('ringlab: not built yet; run `npm start` once in this folder\n');
  process.exitCode = 70;
}
