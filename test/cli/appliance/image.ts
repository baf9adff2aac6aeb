/** The image of guests/whoami.s, which packages of the tests contain. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { assemble } from '../../../assembler/index.ts';
import { root } from '../kit.ts';

const path = resolve(root, 'guests/whoami.s');

export const imageElf: Uint8Array = assemble([{ name: path, text: readFileSync(path, 'utf8') }], {
  readFile: (name, from) => readFileSync(resolve(dirname(from), name)),
}).elf;
