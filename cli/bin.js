#!/usr/bin/env node
// Starts the built command line. In a fresh checkout there is none yet: one line says how to get it.
import { existsSync } from 'node:fs';

const main = new URL('../dist/bundle/main.js', import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  process.stderr.write('ringlab: not built yet; run `npm start` once in this folder\n');
  process.exitCode = 70;
}
