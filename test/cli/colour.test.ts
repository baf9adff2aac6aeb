/** Colours: where they are asked for, and nowhere else. */
import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { ringlab } from './kit.ts';

const compare = ['compare', 'guests/flags.s', '--with', 'trap-and-emulate', '--isa', 'ring32-x'];

it('A pipe gets colours only by --color always', () => {
  const plain = ringlab(compare).stdout;
  expect(plain).not.toContain('\u001b');
  const coloured = ringlab([...compare, '--color', 'always']).stdout;
  expect(coloured).toContain('\u001b[31m  DIVERGES\u001b[39m');
  expect(stripVTControlCharacters(coloured)).toBe(plain);
  expect(ringlab([...compare, '--color', 'never']).stdout).toBe(plain);
});

it('JSON has none', () => {
  const { stdout } = ringlab([...compare, '--json', '--color', 'always']);
  expect(JSON.parse(stdout)).toMatchObject({ equal: false });
});
