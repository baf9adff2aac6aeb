/** `npm run types`. */
import { writeFileSync } from 'node:fs';
import { declarations, declarationsPath } from './declarations.ts';

writeFileSync(declarationsPath, declarations());
