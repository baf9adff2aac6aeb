import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { scan } from '../../assembler/source/scan.ts';
import { grammarStatement } from '../../assembler/syntax/parse.ts';
import { plainStatement } from '../../assembler/syntax/plain.ts';
import type { Parsed } from '../../assembler/syntax/tree.ts';
import fc from '../property/fast-check.ts';

const folder = new URL('../../', import.meta.url);

function statementsOf(path: string): string[] {
  return scan(path, readFileSync(new URL(path, folder), 'utf8')).map(({ text }) => text);
}

/** What the grammar makes of it; undefined when it is wrong. */
function judge(text: string): Parsed | undefined {
  try {
    return grammarStatement(text);
  } catch {
    return undefined;
  }
}

const programs = [
  'guests/hello.s',
  'guests/include/ring32.inc',
  'guests/user-kernel.s',
  'guests/memory-walker.s',
  'test/assembler/fixtures/queens.gcc.s',
  'test/assembler/fixtures/queens.clang.s',
];

/** Pieces that statements are made of, plain and not, right and wrong. */
const marks = String.raw`, : ( ) = == + - ~ % @ " ' \ -4(sp) 0x10(a0) "" "\n\"\\" "\101\x41" "é😀\😀" 'a' '\n'`;
const words = 'a a0 lw .word . _x $1 é 😀 %lo %lo(x) @object';
const numbers = '0 7 08 017 42 0x 0x1F 0X1f 0xg 0b1 1f 1b 1_ 123456789012345678901';
const pieces = fc.constantFrom(
  ' ',
  '  ',
  '\t',
  ', ',
  ': ',
  '"a b"',
  ...`${marks} ${words} ${numbers}`.split(' '),
);

const plainOperands = String.raw`a0 .L1 5 -20 0xfF 0 -0(s0) 8(sp) %hi(x) %pcrel_lo(.L)(a0) x(a0) "x\n"`;
const otherOperands = `08 017 -017 0XF 0b1 0x 1f a+1 (a0) %hi(1) %.h(x) %h-i(x) %hi(x a(a0 --1 "x é`;
const operands = fc.constantFrom(
  ...`${plainOperands} ${otherOperands}`.split(' '),
  '%hi( x)',
  '%hi (x)',
  '% hi(x)',
  '- 1',
  '1 (a0)',
  '1( a0 )',
);

describe('plain statements', () => {
  test.each(programs)('%s: their trees are those of the grammar, and most are plain', (path) => {
    const statements = statementsOf(path);
    const plain = statements.filter((text) => plainStatement(text) !== undefined);
    for (const text of plain) expect(plainStatement(text), text).toEqual(judge(text));
    expect(plain.length).toBeGreaterThan(0.75 * statements.length);
  });

  test('all of hello.s is plain', () => {
    const both = ['guests/hello.s', 'guests/include/ring32.inc'].flatMap(statementsOf);
    expect(both.filter((text) => plainStatement(text) === undefined)).toEqual([]);
  });

  test('whatever the text, the tree is that of the grammar', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        const plain = plainStatement(text);
        if (plain !== undefined) expect(plain).toEqual(judge(text));
      }),
      { numRuns: 4000 },
    );
  });

  test('whatever the operands, the tree is that of the grammar', () => {
    let plains = 0;
    fc.assert(
      fc.property(
        fc.constantFrom('', ' ', '\t', 'a: ', '1 :b:'),
        fc.constantFrom('lw', '.word', 'a.b'),
        fc.array(operands, { maxLength: 4 }),
        fc.constantFrom(',', ', ', ' ,\t'),
        fc.constantFrom('', ' ', ','),
        (before, name, list, comma, after) => {
          const text = `${before}${name} ${list.join(comma)}${after}`;
          const plain = plainStatement(text);
          if (plain === undefined) return;
          plains++;
          expect(plain).toEqual(judge(text));
        },
      ),
      { numRuns: 3000 },
    );
    expect(plains).toBeGreaterThan(300);
  });
});
