import { describe, expect, test } from 'vitest';
import { data, words } from './kit.ts';

function word(expression: string): number {
  const bytes = data(`.word ${expression}`);
  return new DataView(Uint8Array.from(bytes).buffer).getInt32(0, true);
}

describe('expressions', () => {
  test.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['-7 / 2', -3],
    ['-7 % 3', -1],
    ['1 << 4 >> 2', 4],
    ['-8 >> 1', -4],
    ['0xf0 ^ 0xff', 15],
    ['~0', -1],
    ['!5', 0],
    ['!0', 1],
    ['- - 5', 5],
    ['+5', 5],
    ['1 && 2', 1],
    ['0 || 0', 0],
    ['017', 15],
    ['0x1F', 31],
    ['0b101', 5],
    ["'a'", 97],
    ["'\\n'", 10],
    ["'a", 97],
    ["';'", 59],
  ])('%s is %i', (expression, value) => {
    expect(word(expression)).toBe(value);
  });

  test.each([
    ['1 + 2 << 3', 17],
    ['7 | 8 + 1', 16],
    ['6 ^ 3 & 1', 1],
  ])('operators bind as in GNU as, not as in C: %s is %i', (expression, value) => {
    expect(word(expression)).toBe(value);
  });

  test('a true comparison is -1, as in GNU as', () => {
    expect([
      word('3 < 4'),
      word('3 >= 4'),
      word('3 == 3'),
      word('3 != 3'),
      word('3 <> 4'),
      word('3 <= 3'),
      word('4 > 3'),
    ]).toEqual([-1, 0, -1, 0, -1, -1, -1]);
  });

  test('a point is the place where it stands', () => {
    expect(data('a: .word 0; .word . - a, . - a')).toEqual([0, 0, 0, 0, 4, 0, 0, 0, 8, 0, 0, 0]);
  });

  test('the difference of two labels of a section is a number', () => {
    expect(data('a: .word 0; b: .byte b - a; .skip b - a; .if b - a == 4; .byte 9; .endif')).toEqual([
      0, 0, 0, 0, 4, 0, 0, 0, 0, 9,
    ]);
  });

  test('a label defined later may be used wherever no size depends on it', () => {
    expect(data('.byte end - start; start: .byte 1, 2; end:')).toEqual([2, 1, 2]);
  });

  test('1b and 1f are the nearest labels 1: before and after', () => {
    expect(words('1: j 1f; 1: j 1b; j 1f; 1: nop')).toEqual(words('j .+4; j .; j .+4; nop'));
  });

  test('%hi and %lo add up to the address, with an offset too', () => {
    expect(words('lui a0, %hi(x + 4); addi a0, a0, %lo(x + 4); lw a0, %lo(x+4)(a0); x = 0x12345ffc')).toEqual(
      words('lui a0, 0x12346; addi a0, a0, 0; lw a0, 0(a0)'),
    );
    expect(words('lui a0, %hi(x); addi a0, a0, %lo(x); x = 0x12345fff')).toEqual(
      words('lui a0, 0x12346; addi a0, a0, -1'),
    );
  });

  test('%pcrel_hi and the %pcrel_lo of its label add up to the distance', () => {
    expect(words('1: auipc a0, %pcrel_hi(x); addi a0, a0, %pcrel_lo(1b); x: nop')).toEqual(
      words('auipc a0, 0; addi a0, a0, 8; nop'),
    );
  });
});

describe('comments', () => {
  test('# and // end a line, /* */ may span lines, and strings keep them all', () => {
    expect(
      data(
        '.byte 1 # one\n.byte 2 // two\n.byte 3 /* from\n here to */ .byte 4\n# 5 "rt.h" 1\n #APP\n.ascii "#//;/*"',
      ),
    ).toEqual([1, 2, 3, 4, 35, 47, 47, 59, 47, 42]);
  });
});
