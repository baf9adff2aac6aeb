/** Expressions that people type in a debugger. */
import { describe, expect, it } from 'vitest';
import { ProgramMap } from '../../../isa/machine/program-map.ts';
import { ExpressionError, parseExpression } from '../../../vmm/debug/expression.ts';
import { image } from '../assembled.ts';
import { guestRun } from '../replay/kit.ts';

const guest = image(`    .globl _start
_start: nop
    .data
words:
    .word 0x11223344, -2
`);
const { machine } = guestRun(guest, { monitor: 'none', engine: 'interpreter' }).subject;
machine.x[10] = -5;
machine.x[8] = 7;
const scope = { machine, symbols: new ProgramMap(guest).symbols };
const value = (text: string) => parseExpression(text)(scope);

describe('An expression', () => {
  it.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['10 - 4 - 3', 3],
    ['0x10 | 1 ^ 3 & 2', 0x13],
    ['1 << 4 >> 2', 4],
    ['-7 / 2', -3],
    ['-7 % 4', -3],
    ['~0 == -1', 1],
    ['0xffffffff == -1', 1],
    ['!0 + !5', 1],
    ["'A' + 1", 66],
    ['1_000', 1000],
    ['0x7fffffff + 1', -(2 ** 31)],
    ['3 < 4 && 4 <= 4 && 5 > 4 && 5 >= 6 || 0', 0],
    ['1 != 2', 1],
  ])('%s is %d, as in C', (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  it('names registers, the ring, the step, and symbols', () => {
    expect(value('a0')).toBe(-5);
    expect(value('x10 + s0')).toBe(2);
    expect(value('$fp')).toBe(7);
    expect(value('pc')).toBe(guest.entry);
    expect(value('MEMSIZE')).toBe(machine.memory.size);
    expect(value('ring == 0 && step == 0')).toBe(1);
    expect(value('words') & 3).toBe(0);
  });

  it('reads memory by word, half and byte', () => {
    expect(value('[words]')).toBe(0x11223344);
    expect(value('*words')).toBe(0x11223344);
    expect(value('[words + 4]')).toBe(-2);
    expect(value('half[words + 2]')).toBe(0x1122);
    expect(value('byte[words] * 2')).toBe(0x88);
  });

  it('does not evaluate what && and || leave out', () => {
    expect(value('0 && nothing')).toBe(0);
    expect(value('1 || [0xfffffffc]')).toBe(1);
  });

  it.each([
    ['', 'expected a register, a symbol, a number or [address], but it ends there'],
    ['1 +', 'but it ends there'],
    ['(1', 'expected an operator or ), but it ends there'],
    ['[1', 'expected an operator or ], but it ends there'],
    ['1 2', 'expected an operator or the end, but there is "2"'],
    ['1 = 2', 'there is "= 2"'],
    ['nowhere', '"nowhere" is no register and no symbol of this program'],
    ['[0xfffffffc]', '0xfffffffc is not mapped now'],
    ['1 / 0', 'division by zero'],
    ['1 % (2 - 2)', 'division by zero'],
  ])('"%s" has no value, and says why', (text, reason) => {
    expect(() => value(text)).toThrow(ExpressionError);
    expect(() => value(text)).toThrow(reason);
  });
});
