// Runs `ringlab` with the arguments given, and adds what V8 compiled for it to the cache. setup.js calls it.
import { fileURLToPath } from 'node:url';
import { start } from './load.js';

process.argv[1] = 'ringlab';
process.on('exit', start(fileURLToPath(new URL('../dist/bundle/main.cjs', import.meta.url))));
