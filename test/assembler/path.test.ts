import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pathFrom } from '../../assembler/source/path.ts';
import fc from '../property/fast-check.ts';

describe('The path of an included file', () => {
  it('begins in the folder of the file that includes it, as Node joins paths', () => {
    const path = fc
      .array(fc.constantFrom('a', 'b.s', '.', '..', 'long name'), { minLength: 1, maxLength: 5 })
      .map((parts) => parts.join('/'));
    fc.assert(
      fc.property(fc.boolean(), path, path, (fromRoot, folder, name) => {
        const from = `${fromRoot ? '/' : ''}${folder}/main.s`;
        const expected = posix.join(posix.dirname(from), `${name}/x.s`);
        expect(pathFrom(from, `${name}/x.s`)).toBe(expected);
      }),
    );
  });

  it('is as it is written when it begins at a root', () => {
    const paths = ['/usr/x.s', 'C:\\x.s', '\\x.s'];
    for (const path of paths) expect(pathFrom('guests/main.s', path)).toBe(path);
  });

  it('may follow a path of Windows', () => {
    expect(pathFrom('src\\parts\\main.s', '..\\x.s')).toBe('src/x.s');
  });
});
