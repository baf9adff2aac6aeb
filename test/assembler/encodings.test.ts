import { describe, expect, test } from 'vitest';
import { AssemblyError, assemble, type Assembly, formatListing } from '../../assembler/index.ts';
import { build, gist, message, sectionBytes, words } from './kit.ts';

/** Bytes of a text in Latin-1. */
function latin1(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

function assembleBytes(text: Uint8Array, readFile?: () => Uint8Array): Assembly {
  return assemble([{ name: 't.s', text }], readFile && { readFile });
}

function messageOfBytes(text: Uint8Array, readFile?: () => Uint8Array): string {
  try {
    assembleBytes(text, readFile);
  } catch (error) {
    expect(error).toBeInstanceOf(AssemblyError);
    return (error as AssemblyError).message;
  }
  throw new Error('this assembles');
}

describe('encodings', () => {
  test('comments may be in Latin-1, and the listing shows them', () => {
    const { elf, listing } = assembleBytes(latin1('nop # caf\xe9\n/* \xff */ nop // \x93quoted\x94\n'));
    expect(elf).toEqual(build('nop #\n/* */ nop #\n').elf);
    expect(formatListing(listing)).toContain('nop # café\n');
    expect(formatListing(listing)).toContain('// “quoted”\n');
  });

  test('a line of UTF-8 stays what it is beside one in Latin-1', () => {
    const utf8 = new TextEncoder().encode('.data\n.ascii "é😀" # ');
    const { elf } = assembleBytes(Uint8Array.of(...utf8, 0xe9, 10));
    expect([...sectionBytes(elf, '.data')]).toEqual([...new TextEncoder().encode('é😀')]);
  });

  test('a string in Latin-1 is refused with its line, its letter, and what to write', () => {
    expect(messageOfBytes(latin1('nop # caf\xe9\n.asciz "caf\xe9"\n'))).toBe(
      [
        't.s:2:12: error: byte 0xe9 is not UTF-8 (in Latin-1 it is `é`)',
        '  .asciz "café"',
        '             ^',
        '  hint: save the file as UTF-8, or write `\\351` for this one byte',
      ].join('\n'),
    );
  });

  test('so is a name, once in a line, and the labels before it count', () => {
    expect(messageOfBytes(latin1('start: j caf\xe9\xe8; nop \xe9\nj start\n'))).toBe(
      [
        't.s:1:13: error: byte 0xe9 is not UTF-8 (in Latin-1 it is `é`)',
        '  start: j caféè; nop é',
        '              ^',
        '  hint: save the file as UTF-8',
      ].join('\n'),
    );
  });

  test.each([
    ['little-endian, with a mark', [0xff, 0xfe, 0x6e, 0, 0x6f, 0]],
    ['big-endian, with a mark', [0xfe, 0xff, 0, 0x6e, 0, 0x6f]],
    ['little-endian', [0x6e, 0, 0x6f, 0]],
    ['big-endian', [0, 0x6e, 0, 0x6f]],
  ])('UTF-16 is refused in a line that says how to save it: %s', (_kind, bytes) => {
    expect(messageOfBytes(Uint8Array.from(bytes))).toBe(
      [
        't.s: error: this is not assembly text: it is UTF-16, with more than one byte for each letter, from line 1 on',
        '  hint: save it as UTF-8; where PowerShell wrote it with `>`, use `| Out-File -Encoding utf8 FILE`',
      ].join('\n'),
    );
  });

  test('a byte order mark of UTF-8 is no part of the text', () => {
    const nop = Uint8Array.of(0xef, 0xbb, 0xbf, 0x6e, 0x6f, 0x70);
    expect(assembleBytes(nop).elf).toEqual(build('nop').elf);
    expect(build('\ufeffnop').elf).toEqual(build('nop').elf);
  });

  test('an included file may be in Latin-1 as far as a main file may', () => {
    const include = new TextEncoder().encode('.include "x.s"\n');
    const { elf } = assembleBytes(include, () => latin1('nop # \xe9'));
    expect(sectionBytes(elf, '.text')).toEqual(sectionBytes(build('nop').elf, '.text'));
    expect(messageOfBytes(include, () => latin1('\n.ascii "\xe9"'))).toContain(
      'x.s:2:9: error: byte 0xe9 is not UTF-8',
    );
    expect(messageOfBytes(include, () => Uint8Array.of(0xff, 0xfe, 0x6e, 0))).toContain(
      't.s:1:10: error: x.s: this is not assembly text: it is UTF-16',
    );
  });

  test.each([
    ['a NUL byte', 'nop\0', 'here is a NUL byte, 0x00', 'delete it'],
    ['a NUL byte in a string', '.ascii "a\0"', 'here is a NUL byte, 0x00', 'write `\\0` for it'],
    ['a control character', 'nop \x01', 'here is a control character, 0x01', 'delete it'],
    ['the end of a DOS file', 'nop\n\x1a', 'here is Ctrl-Z, 0x1a, with which DOS ends files', 'delete it'],
    [
      'a lost character',
      'j a\ufffd',
      'here a character was lost (U+FFFD)',
      'type again what stood here, and save the file as UTF-8',
    ],
  ])('%s is refused with its line', (_title, source, said, hint) => {
    const line = source.split('\n').length;
    expect(gist(source)).toMatch(new RegExp(`^t\\.s:${line}:\\d+: error: `));
    expect(gist(source).replace(/^t\.s:\d+:\d+: error: /, '')).toBe(`${said}\nhint: ${hint}`);
  });

  test('control characters stand in comments and strings, and never reach the screen', () => {
    expect(build('nop # \x1b[31m \0').elf).toEqual(build('nop').elf);
    expect([...sectionBytes(build('.data\n.ascii "\x1b[0m"').elf, '.data')]).toEqual([27, 91, 48, 109]);
    const said = message('li a0, "\x1b[31m", 5 # \x1b \u202e');
    expect(said).toContain('  li a0, "␛[31m", 5 # ␛ �\n');
    expect([...said].filter((character) => '\x1b\u202e'.includes(character))).toEqual([]);
  });

  test('form feeds and vertical tabs are blanks', () => {
    expect(build('\f nop\n\v\fnop\f\naddi\va0,\fa0, 1').elf).toEqual(build('nop\nnop\naddi a0, a0, 1').elf);
  });
});

describe('characters that look like plain ones', () => {
  test.each([
    ['addi\u00a0a0, a0, 1', 5, 'a no-break space (U+00A0)', 'type a plain space'],
    ['addi a0,\u2009a0, 1', 9, 'a wide or narrow space (U+2009)', 'type a plain space'],
    ['no\u200bp', 3, 'an invisible character (U+200B)', 'delete it'],
    ['a:\ufeffnop', 3, 'a byte order mark, left where files were joined (U+FEFF)', 'delete it'],
    ['.asciz \u201chello; # world\u201d', 8, 'a curly quote (U+201C)', 'type `"`'],
    ['li a0, \u2018A\u2019', 8, 'a curly quote (U+2018)', "type `'`"],
    ['li a0, \u22121', 8, 'a minus sign of mathematics (U+2212)', 'type `-`'],
    ['li a0, \u20131', 8, 'a dash (U+2013)', 'type `-`'],
    ['addi a0\uff0c a0, 1', 8, 'a full-width character (U+FF0C)', 'type `,`'],
    ['lw a0, 0\uff08sp\uff09', 9, 'a full-width character (U+FF08)', 'type `(`'],
    ['loop\uff1a j loop', 5, 'a full-width character (U+FF1A)', 'type `:`'],
    ['li a0, 2 \u00d7 3', 10, 'a multiplication sign (U+00D7)', 'type `*`'],
    ['.word 1\u2026', 8, 'an ellipsis (U+2026)', 'type `...`'],
    ['nop\u2028nop', 4, 'a line separator (U+2028)', 'begin a new line'],
  ])('%s', (source, column, name, hint) => {
    expect(gist(source)).toBe(`t.s:1:${column}: error: here is ${name}\nhint: ${hint}`);
  });

  test('they may stand in comments and strings', () => {
    expect(build('nop # “no” — it’s\u00a0fine').elf).toEqual(build('nop').elf);
    const { elf } = build('.data\n.ascii "“—\u00a0”"');
    expect(new TextDecoder().decode(sectionBytes(elf, '.data'))).toBe('“—\u00a0”');
  });

  test('a statement that a condition skips may have them', () => {
    expect(words('.if 0\nli a0, \u22121\n.endif\nnop')).toEqual(words('nop'));
  });

  test('in a macro they are told where it is used', () => {
    expect(message('.macro m\nli a0, \u22121\n.endm\nm')).toMatch(
      /^t\.s:2:8: .*\n.*\n.*\n.*\n {2}in macro `m`, used at t\.s:4/,
    );
  });

  test('letters of every script make names', () => {
    const { elf, symbols } = build('цикл: j цикл\n😀: j 😀\n名前: j 名前\n');
    expect(sectionBytes(elf, '.text')).toEqual(sectionBytes(build('j .\nj .\nj .\n').elf, '.text'));
    expect([...symbols.keys()]).toEqual(expect.arrayContaining(['цикл', '😀', '名前']));
  });
});
