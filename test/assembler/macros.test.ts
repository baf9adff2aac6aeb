import { describe, expect, test } from 'vitest';
import { data, words } from './kit.ts';

describe('macros', () => {
  test('an argument may be a register, a memory operand or an expression', () => {
    expect(
      words('.macro push reg, at=0(sp)\naddi sp, sp, -4\nsw \\reg, \\at\n.endm\npush ra\npush a0, 4 (sp)\n'),
    ).toEqual(words('addi sp, sp, -4; sw ra, 0(sp); addi sp, sp, -4; sw a0, 4(sp)'));
    expect(data('.macro m a b\n.byte \\a, \\b\n.endm\nm 1+1, (2 + 3)\nm 1 + 2, 3\n')).toEqual([2, 5, 3, 3]);
  });

  test('a vararg takes the rest as it stands', () => {
    expect(
      data('.macro list n, rest:vararg\n.byte \\n\n.ifnb \\rest\nlist \\rest\n.endif\n.endm\nlist 1, 2, 3\n'),
    ).toEqual([1, 2, 3]);
  });

  test('\\@ makes labels of one use, and \\() ends a name', () => {
    expect(data('.macro m n\nl\\@: .byte 1\\()\\n\n.endm\nm 2\nm 3\n.byte l1 - l0')).toEqual([12, 13, 1]);
  });

  test('quotes around an argument are taken off', () => {
    expect(data('.macro say t\n.ascii "\\t"\n.endm\nsay "a b"')).toEqual([97, 32, 98]);
  });

  test('a macro may define another', () => {
    expect(data('.macro outer n\n.macro inner\n.byte \\n\n.endm\n.endm\nouter 5\ninner\n')).toEqual([5]);
  });

  test('a macro may call itself until a condition ends it', () => {
    expect(data('.macro down n\n.if \\n\n.byte \\n\ndown \\n-1\n.endif\n.endm\ndown 3\n')).toEqual([3, 2, 1]);
  });

  test('a macro may have the name of an instruction', () => {
    expect(words('.macro nop2\nnop\nnop\n.endm\nfoo: nop2')).toEqual([0x13, 0x13]);
  });
});
