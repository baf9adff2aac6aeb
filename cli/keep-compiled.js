// Runs `ringlab` with what it is given, and adds to V8's cache what that compiled: `node cli/keep-compiled.js`, for setup.js.
import { fileURLToPath } from 'node:url';
import { start } from './load.js';

process.argv[1] = 'ringlab';
process.on('exit', start(fileURLToPath(new URL('../dist/bundle/main.cjs', import.meta.url))));
