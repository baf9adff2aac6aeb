/** What compilers write runs as it does elsewhere: fixtures/features.c, position-independent. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runProgram } from '../process/kit.ts';

/** What qemu-riscv32 prints of the program that GNU's assembler and linker make. */
const printed = [
  '00000007',
  '0000dead',
  '00000007',
  '00000010',
  'one',
  'two',
  'three',
  '0000000b',
  '00000004',
  '00000006',
  '0000002c',
  '0000000d',
  '0000000f',
  '0000004d',
  '00000016',
  '00000018',
  '10000006',
  'fffd92aa',
  'f13540ba',
  '455975c9',
  '00000068',
  '4048f5c3',
  '80000000',
  '40040000',
];

describe('a program of a compiler', () => {
  test.each(['features.gcc-pic.s', 'features.clang-pic.s'])('prints what it prints elsewhere: %s', (file) => {
    const source = readFileSync(new URL(`fixtures/${file}`, import.meta.url), 'utf8');
    const { stop, printed: output } = runProgram(source);
    expect(output[1].trim().split('\n')).toEqual(printed);
    expect(stop).toMatchObject({ status: 62 });
  });
});
