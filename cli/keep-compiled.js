// Runs a guest, and keeps what V8 compiled for it: `node cli/keep-compiled.js`, for setup.js.
import { fileURLToPath } from 'node:url';
import { start } from './load.js';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
process.argv.splice(1, 1, 'ringlab', 'run', path('../guests/hello.s'));
process.on('exit', start(path('../dist/bundle/main.cjs')));
