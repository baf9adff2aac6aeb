import { resolve, dirname } from 'node:path';
import { expect, it } from 'vitest';
import { assemble } from '../../assembler/index.ts';

it('An included file is looked for beside the file that includes it, however deep', () => {
  const files: Readonly<Record<string, string>> = {
    '/lab/parts/user.s': '.include "deep/one.s"\n',
    '/lab/parts/deep/one.s': '.include "two.s"\n',
    '/lab/parts/deep/two.s': '.byte 42\n',
  };
  const readFile = (path: string, from: string): Uint8Array => {
    const text = files[resolve('/lab', dirname(from), path)];
    if (text === undefined) throw new Error(`no ${path} beside ${from}`);
    return new TextEncoder().encode(text);
  };
  const { listing } = assemble([{ name: 'main.s', text: '.data\n.include "parts/user.s"\n' }], { readFile });
  expect(listing.map(({ file, bytes }) => [file, ...bytes])).toEqual([['parts/deep/two.s', 42]]);
});
