import { describe, expect, test } from 'vitest';
import { AssemblyError, assemble } from '../../assembler/index.ts';
import fc from '../property/fast-check.ts';
import { build, data, gist, message, messageOf, sectionBytes } from './kit.ts';

/** Sources that would never end, or never fit. */
const bombs: Readonly<Record<string, readonly [source: string, said: RegExp]>> = {
  'a macro that calls itself': [
    '.macro a\na\n.endm\na',
    /nested more than 200 deep\n.*\n.*\n {2}hint: does one of them use itself without end\?/,
  ],
  'a macro that calls itself twice': ['.macro a\na\na\n.endm\na', /nested more than 200 deep/],
  'an argument that doubles': [
    '.macro a x\na \\x\\x\n.endm\na 11',
    /a statement of more than 100000 characters/,
  ],
  'repetitions of repetitions': [
    '.rept 1000000\n.rept 1000000\n.endr\n.endr',
    /more than 2000000 statements/,
  ],
  'a file that includes itself': ['.include "t.s"', /nested more than 200 deep/],
  'names defined by names twice over': [
    `.word b0\n${Array.from({ length: 60 }, (_, n) => `b${n} = b${n + 1} + b${n + 1}\n`).join('')}b60:`,
    /too long to compute/,
  ],
  'parentheses without end': [`.word ${'('.repeat(20000)}1${')'.repeat(20000)}`, /nested too deeply/],
  'signs without end': [`.word ${'-'.repeat(20000)}1`, /nested too deeply/],
  'a sum without end': [`.word ${'1+'.repeat(20000)}1`, /nested too deeply/],
  'code of four gigabytes': [
    '.skip 0xffffffff',
    /section \.text would contain 4294967295 bytes; at most 64 MiB/,
  ],
  'elements of 800 megabytes': [
    '.fill 99999999,8,1',
    /section \.text would contain 799999992 bytes; at most 64 MiB/,
  ],
  'an alignment past what can be loaded': [
    'nop\n.align 26\nnop',
    /section \.text would contain \d+ bytes; at most 64 MiB/,
  ],
  'a gap between sections past what can be loaded': [
    'nop\n.data\n.byte 1\n.section .data.far,"aw"\n.align 26\n.byte 1',
    /the image contains \d+ bytes; at most 64 MiB/,
  ],
  'rounds without end': [
    '.rept 99999999\nnop\n.endr',
    /99999999 rounds of this block would be more than 2000000 statements/,
  ],
  'a fill of 32 gigabytes': ['.fill 0xffffffff, 8, 1', /past the 4 GiB of the address space/],
  'zeros past the end of memory': [
    '.bss\n.skip 0xffffffff',
    /^the image: error: the image ends at 0x\w+, past the 4 GiB/,
  ],
};

describe('hostile sources', () => {
  test.each(Object.entries(bombs))('%s end in an error', (_title, [source, said]) => {
    expect(message(source, { readFile: () => new TextEncoder().encode(source) })).toMatch(said);
  });

  test('a binary file is refused in one line', () => {
    expect(message('nop\n\0\0\0\n')).toBe(
      't.s: error: neither assembly text nor an ELF file: 3 of its 8 characters are control characters, the first in line 2',
    );
  });

  test('an included binary file is refused where it is included', () => {
    expect(gist('.include "x"', { readFile: () => Uint8Array.of(1, 2, 3, 0xff) })).toBe(
      't.s:1:10: error: x: neither assembly text nor an ELF file: 3 of its 4 characters are control characters, the first in line 1',
    );
  });

  test('a giant file is refused in one line', () => {
    expect(message('nop\n'.repeat(9_000_000))).toBe(
      't.s: error: this file of 34 MiB is too long; at most 32 MiB can be assembled',
    );
  });

  test('each of several files that are no text is named', () => {
    expect(
      messageOf([
        { name: 'a', text: '\0\0\0' },
        { name: 'b', text: '\x01\x01\x01' },
      ]).split('\n'),
    ).toHaveLength(2);
  });

  test('a text that is not assembly gives errors, not more', () => {
    expect(message('This is a text; not a program.\nIt has (some) lines!\n'.repeat(100))).toMatch(
      /^t\.s:1:1: error: there is no instruction `This`/,
    );
  });

  test('no text at all makes the assembler fail otherwise than with its own errors', () => {
    const pieces =
      'addi a0 lw .word .macro .endm .rept .endr .if .else .endif .section .set .insn r .align x 1 0x 1b 2f " \' \\ ( ) , : ; = %hi( % @ # /* */ - << . 😀';
    const piece = fc.constantFrom(...pieces.split(' '), ' ', '\t', '\n', '\n', '\r\n');
    const anyText = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.array(piece, { maxLength: 30 }).map((list) => list.join('')),
      fc.array(piece, { maxLength: 30 }).map((list) => list.join(' ')),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        try {
          assemble([{ name: 't.s', text }]);
        } catch (error) {
          expect(error).toBeInstanceOf(AssemblyError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('the last line needs no end, and lines may end as in Windows', () => {
    expect(build('nop').elf).toEqual(build('nop\n').elf);
    expect(data('.byte 1\r\n.byte 2\r\n')).toEqual([1, 2]);
  });

  test('half a gigabyte of zeros is still reserved without writing it', () => {
    const { elf, symbols } = build('.bss\n.skip 0x20000000\nlast:');
    expect(elf.length).toBeLessThan(2000);
    expect(symbols.get('last')).toBe(0x20010000);
    expect(sectionBytes(elf, '.bss')).toHaveLength(0);
  });
});
