import { describe, expect, test } from 'vitest';
import { disassemble } from '../../isa/table/disassemble.ts';
import { pseudos } from '../../isa/table/pseudo.ts';
import { systemRegisters } from '../../isa/table/sysregs.ts';
import { allRows, encode } from '../../isa/table/table.ts';
import fc from '../property/fast-check.ts';
import { anyFields } from './fields.ts';
import { words } from './kit.ts';

describe('instructions', () => {
  test('what the disassembler writes for a word assembles back to the same word, for every row', () => {
    const anyWord = fc
      .constantFrom(...allRows)
      .chain((row) => anyFields(row).map((fields) => encode(row, fields)));
    fc.assert(
      fc.property(fc.array(anyWord, { minLength: 50, maxLength: 50 }), (expected) => {
        const base = 0x80000000;
        const text = expected.map((word, n) => disassemble(word, base + 4 * n)).join('\n');
        expect(words(text, { base })).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  test('every row can be written', () => {
    for (const row of allRows) {
      const word = encode(row, {});
      expect(words(disassemble(word, 0), { base: 0 }), row.name).toEqual([word]);
    }
  });

  test('every pseudo-instruction of the table assembles to as many instructions as its template has', () => {
    const written: Record<string, string> = { rd: 'a0', rs: 'a1', rt: 'a2', imm: '4', target: 'here' };
    for (const pseudo of pseudos) {
      const operands = pseudo.operands.map((operand) => written[operand] ?? operand);
      const text = `here: ${pseudo.name} ${operands.join(', ')}\n.section .tdata\nsymbol: .word 0`;
      expect(words(text), text).toHaveLength(pseudo.gives.length);
    }
  });

  test.each([
    ['mv a0, a1', 'addi a0, a1, 0'],
    ['not a0, a1', 'xori a0, a1, -1'],
    ['bgtu a0, a1, .', 'bltu a1, a0, .'],
    ['sext.h a0, a1', 'slli a0, a1, 16; srai a0, a0, 16'],
    ['j .', 'jal zero, .'],
    ['jal .+8', 'jal ra, .+8'],
    ['ret', 'jalr zero, 0(ra)'],
    ['jr 4(a0)', 'jalr zero, 4(a0)'],
    ['jr (a0)', 'jalr zero, 0(a0)'],
    ['jalr a0', 'jalr ra, 0(a0)'],
    ['jalr 8(a0)', 'jalr ra, 8(a0)'],
    ['jalr a0, a1', 'jalr a0, 0(a1)'],
    ['jalr a0, a1, -4', 'jalr a0, -4(a1)'],
    ['jalr a0, (a1)', 'jalr a0, 0(a1)'],
    ['fence', 'fence iorw, iorw'],
    ['lw a0, (sp)', 'lw a0, 0(sp)'],
    ['lw a0, 4 + 4 (sp)', 'lw a0, 8(sp)'],
    ['lw x10, 0(fp)', 'lw a0, 0(s0)'],
  ])('%s is %s', (written, meant) => {
    expect(words(written)).toEqual(words(meant));
  });

  test.each([
    ['add a0, a1, -5', 'addi a0, a1, -5'],
    ['and a0, a1, 0xff', 'andi a0, a1, 0xff'],
    ['sltu a0, a1, 1', 'sltiu a0, a1, 1'],
    ['sra a0, a1, 31', 'srai a0, a1, 31'],
  ])('an operation may be given a number for its last register: %s', (written, meant) => {
    expect(words(written)).toEqual(words(meant));
  });

  test('an immediate may be written as the unsigned word that it sign-extends to', () => {
    expect(words('addi a0, a0, 0xffffffff')).toEqual(words('addi a0, a0, -1'));
    expect(words('addi a0, a0, ~0x10')).toEqual(words('addi a0, a0, -17'));
  });

  test('a system register is written by name, in any case, by number, or by a name given to the number', () => {
    for (const { name, number } of systemRegisters) {
      const [word] = words(`mfs a0, ${number}`);
      expect(
        words(`mfs a0, ${name}; mfs a0, ${name.toLowerCase()}; .equ mine, ${number}; mfs a0, mine`),
      ).toEqual([word, word, word]);
    }
  });

  test('an instruction can be written by its format and fields', () => {
    expect(words('.insn r CUSTOM_0, 0, 17, x0, a0, x0')).toEqual(words('setf a0'));
    expect(words('.insn i OP_IMM, 0, a0, a1, -1; .insn i 0x13, 0, a0, -1(a1)')).toEqual(
      words('addi a0, a1, -1; addi a0, a1, -1'),
    );
    expect(words('.insn s STORE, 2, a0, 4(a1)')).toEqual(words('sw a0, 4(a1)'));
    expect(words('.insn b BRANCH, 1, a0, a1, .; .insn sb BRANCH, 1, a0, a1, .')).toEqual(
      words('bne a0, a1, .; bne a0, a1, .'),
    );
    expect(words('.insn u LUI, a0, 0x12345; .insn j JAL, ra, .; .insn uj JAL, ra, .')).toEqual(
      words('lui a0, 0x12345; jal .; jal .'),
    );
    expect(words('.insn 0x00000013; .insn 4, 0x13')).toEqual(words('nop; nop'));
  });
});

describe('li', () => {
  test.each([
    ['li a0, 2047', 'addi a0, zero, 2047'],
    ['li a0, -2048', 'addi a0, zero, -2048'],
    ['li a0, 0xffffffff', 'addi a0, zero, -1'],
    ['li a0, 2048', 'lui a0, 1; addi a0, a0, -2048'],
    ['li a0, 0x12345000', 'lui a0, 0x12345'],
    ['li a0, 0x7fffffff', 'lui a0, 0x80000; addi a0, a0, -1'],
    ['li a0, -2049', 'lui a0, 0xfffff; addi a0, a0, 2047'],
  ])('%s takes as few instructions as it can: %s', (written, meant) => {
    expect(words(written)).toEqual(words(meant));
  });

  test('loads a number that is defined only later, or an address, with two instructions', () => {
    expect(words('li a0, later; .equ later, 5')).toEqual(words('lui a0, 0; addi a0, a0, 5'));
    expect(words('here: li a0, here + 0x800', { base: 0x1000 })).toEqual(
      words('lui a0, 2; addi a0, a0, -2048'),
    );
  });
});

describe('branches', () => {
  test('a bare number is an absolute address', () => {
    expect(words('j 0x10010')).toEqual(words('j .+16'));
    expect(words('beqz a0, 0x10010')).toEqual(words('beqz a0, .+16'));
  });

  test('a conditional branch whose target is too far becomes the opposite branch around a jump', () => {
    const far = words('blt a0, a1, far; .skip 4096; far: nop');
    expect(far.slice(0, 2)).toEqual(words('bge a0, a1, .+8; j .+4100'));
    expect(words('beq a0, a1, far; .skip 4088; far: nop')[0]).toBe(words('beq a0, a1, .+4092')[0]);
  });

  test('branches that become too far because others grew become long too', () => {
    const text = `${'beqz a0, end\n'.repeat(1030)}end: nop`;
    const result = words(text);
    expect(result).toHaveLength(1030 + 1 + result.filter((word) => (word & 0x7f) === 0x6f).length);
    expect(result.at(-1)).toBe(0x13);
  });
});
