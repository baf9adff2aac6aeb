import { describe, expect, test } from 'vitest';
import { data, gist, words } from './kit.ts';

const text = (bytes: readonly number[]): string => String.fromCharCode(...bytes);

/** Sources in the alternate macro syntax, and the bytes that GNU `as` gives for them. */
const cases: Readonly<Record<string, readonly [source: string, bytes: readonly number[]]>> = {
  'the value of %expression is the argument': [
    '.macro w n\n.byte \\n\n.endm\n.set I, 0\n.rept 3\nw %I\n.set I, I+1\n.endr\nw %(1+2)*4',
    [0, 1, 2, 12],
  ],
  'a parameter needs no backslash': ['.macro w n\n.byte n, nn, n+1\nnn = 3\n.endm\nw 5', [5, 3, 6]],
  '& joins a parameter to what is beside it': [
    '.macro w n, m\nsum&n = 7\n.byte n&m, sum&n\n.endm\nw 5, 6',
    [56, 7],
  ],
  'a parameter is replaced in a string, too': ['.macro ten str\n.ascii "str"\n.endm\nten hi', [104, 105]],
  'quotation marks around an argument stay': ['.macro w n\n.ascii n\n.endm\nw "a b"', [97, 32, 98]],
  'a macro may call itself with smaller numbers': [
    '.macro w a, b\n.if a > 0\n.byte b\nw %a-1, %b*2\n.endif\n.endm\nw 3, 1',
    [1, 2, 4],
  ],
  'defaults may be expressions and texts': ['.macro w n=%1+1, m=<3, 4>\n.byte n, m\n.endm\nw', [2, 3, 4]],
  'a macro may define another': [
    '.macro outer n\n.macro inner&n m\n.byte n, m\n.endm\n.endm\nouter 1\ninner1 2',
    [1, 2],
  ],
  'repetitions have it too': [
    '.irp n, %1+1, <3, 4>\n.byte n\n.endr\n.irpc c, 56\n.byte c\n.endr',
    [2, 3, 4, 5, 6],
  ],
  '.noaltmacro ends it': ['.macro w n\n.ascii "\\n"\n.endm\n.noaltmacro\nw %5', [37, 53]],
};

describe('.altmacro', () => {
  test.each(Object.entries(cases))('%s', (_title, [source, bytes]) => {
    expect(data(`.altmacro\n${source}`)).toEqual(bytes);
  });

  test('<text> is one argument, in which ! stands before what is meant as it is', () => {
    const one = (argument: string): string =>
      text(data(`.altmacro\n.macro w n\n.ascii "n"\n.endm\nw ${argument}`));
    expect(['<a b>', '<a, b>', '<a!>b>', '<a!!b>', '<<a>b>'].map(one)).toEqual([
      'a b',
      'a, b',
      'a>b',
      'a!b',
      '<a>b',
    ]);
  });

  test('LOCAL names are each use’s own', () => {
    const source = '.altmacro\n.macro w\nLOCAL x, y\nj x\nj y\nx: y:\n.endm\nw\nw';
    expect(words(source)).toEqual([0x0080006f, 0x0040006f, 0x0080006f, 0x0040006f]);
  });

  test('what is wrong is told where it is', () => {
    const use = (argument: string): string => gist(`.altmacro\n.macro w n\n.byte n\n.endm\nw ${argument}`);
    expect(use('<a')).toBe('t.s:5:3: error: this text never ends\nhint: close it with `>`');
    expect(use('%nowhere')).toMatch(/^t\.s:5:4: error: `nowhere` is not defined before this line/);
  });
});

describe('macros', () => {
  test('are found in any case of letters, as in GNU as', () => {
    expect(data('.macro Put x\n.byte \\x\n.endm\nPUT 1\nput 2\n.purgem pUT')).toEqual([1, 2]);
  });
});

describe('.eqv', () => {
  test('lets a name stand for a number, a register or an address, as in RARS', () => {
    const source = '.eqv N 5\n.eqv M N+1\n.eqv BUF t0\n.eqv AT 4(BUF)\nli a0, M\nmv a1, BUF\nlw a2, AT';
    expect(words(source)).toEqual(words('li a0, 6\nmv a1, t0\nlw a2, 4(t0)'));
  });

  test('with a comma it is GNU’s: an expression, computed as a whole', () => {
    expect(data('.eqv A, 1+2\n.byte A*2\n.eqv B, C+1\n.byte B\nC = 4')).toEqual([6, 5]);
    expect(words('.eqv REG, t0\nmv a0, REG')).toEqual(words('mv a0, t0'));
  });

  test('replaces nothing in strings and characters', () => {
    expect(text(data('.eqv N 5\n.ascii "N"\n.byte \'N\''))).toBe('NN');
  });

  test('shows what was put in, and where it was written', () => {
    expect(gist('.eqv N 99999\naddi a0, a0, N')).toMatch(/^t\.s:2:14: error: 99999 does not fit/);
    expect(gist('.eqv N 5\n.eqv N 6')).toBe(
      't.s:2:6: error: `N` is already `5`\nhint: a name of `.eqv` cannot be changed',
    );
    expect(gist('.eqv N')).toMatch(/`\.eqv` needs a name and its replacement/);
  });
});
