/**
 * The user half: RV32IM, bit for bit (The RISC-V Instruction Set Manual, volume I),
 * and `fence.i`. The columns are explained in row.ts, the meanings in effects.ts.
 */
import { branch, constant, imm, jump, load, nothing, op, pc, rs1, rs2, set, store } from './effects.ts';
import { type Row, rows } from './row.ts';
import { CAUSE } from './traps.ts';

const target = op('add', pc, imm);

/* biome-ignore format: one row per instruction, in columns */
export const userRows: readonly Row[] = [
  ...rows('Arithmetic and logic', [
    { name: 'lui', bits: 'imm[31:12] rd 0110111', operands: 'rd, upper', effect: set(imm), says: 'Load upper immediate: rd = imm, whose low 12 bits are zero.' },
    { name: 'auipc', bits: 'imm[31:12] rd 0010111', operands: 'rd, upper', effect: set(target), says: 'Add upper immediate to pc: rd = pc + imm.' },
    { name: 'addi', bits: 'imm[11:0] rs1 000 rd 0010011', operands: 'rd, rs1, imm', effect: set(op('add', rs1, imm)), says: 'Add: rd = rs1 + imm.' },
    { name: 'slti', bits: 'imm[11:0] rs1 010 rd 0010011', operands: 'rd, rs1, imm', effect: set(op('lt', rs1, imm)), says: 'Set if less than, signed: rd = 1 if rs1 < imm, else 0.' },
    { name: 'sltiu', bits: 'imm[11:0] rs1 011 rd 0010011', operands: 'rd, rs1, imm', effect: set(op('ltu', rs1, imm)), says: 'Set if less than, unsigned: rd = 1 if rs1 < imm, else 0; imm is sign-extended first.' },
    { name: 'xori', bits: 'imm[11:0] rs1 100 rd 0010011', operands: 'rd, rs1, imm', effect: set(op('xor', rs1, imm)), says: 'Exclusive or: rd = rs1 ^ imm.' },
    { name: 'ori', bits: 'imm[11:0] rs1 110 rd 0010011', operands: 'rd, rs1, imm', effect: set(op('or', rs1, imm)), says: 'Or: rd = rs1 | imm.' },
    { name: 'andi', bits: 'imm[11:0] rs1 111 rd 0010011', operands: 'rd, rs1, imm', effect: set(op('and', rs1, imm)), says: 'And: rd = rs1 & imm.' },
    { name: 'slli', bits: '0000000 shamt rs1 001 rd 0010011', operands: 'rd, rs1, shamt', effect: set(op('sll', rs1, imm)), says: 'Shift left: rd = rs1 << shamt.' },
    { name: 'srli', bits: '0000000 shamt rs1 101 rd 0010011', operands: 'rd, rs1, shamt', effect: set(op('srl', rs1, imm)), says: 'Shift right by shamt; zeros come in.' },
    { name: 'srai', bits: '0100000 shamt rs1 101 rd 0010011', operands: 'rd, rs1, shamt', effect: set(op('sra', rs1, imm)), says: 'Shift right by shamt; the sign comes in.' },
    { name: 'add', bits: '0000000 rs2 rs1 000 rd 0110011', operands: 'rd, rs1, rs2', effect: set(op('add', rs1, rs2)), says: 'Add: rd = rs1 + rs2.' },
    { name: 'sub', bits: '0100000 rs2 rs1 000 rd 0110011', operands: 'rd, rs1, rs2', effect: set(op('sub', rs1, rs2)), says: 'Subtract: rd = rs1 - rs2.' },
    { name: 'sll', bits: '0000000 rs2 rs1 001 rd 0110011', operands: 'rd, rs1, rs2', effect: set(op('sll', rs1, rs2)), says: 'Shift left by the low five bits of rs2.' },
    { name: 'slt', bits: '0000000 rs2 rs1 010 rd 0110011', operands: 'rd, rs1, rs2', effect: set(op('lt', rs1, rs2)), says: 'Set if less than, signed: rd = 1 if rs1 < rs2, else 0.' },
    { name: 'sltu', bits: '0000000 rs2 rs1 011 rd 0110011', operands: 'rd, rs1, rs2', effect: set(op('ltu', rs1, rs2)), says: 'Set if less than, unsigned: rd = 1 if rs1 < rs2, else 0.' },
    { name: 'xor', bits: '0000000 rs2 rs1 100 rd 0110011', operands: 'rd, rs1, rs2', effect: set(op('xor', rs1, rs2)), says: 'Exclusive or: rd = rs1 ^ rs2.' },
    { name: 'srl', bits: '0000000 rs2 rs1 101 rd 0110011', operands: 'rd, rs1, rs2', effect: set(op('srl', rs1, rs2)), says: 'Shift right by the low five bits of rs2; zeros come in.' },
    { name: 'sra', bits: '0100000 rs2 rs1 101 rd 0110011', operands: 'rd, rs1, rs2', effect: set(op('sra', rs1, rs2)), says: 'Shift right by the low five bits of rs2; the sign comes in.' },
    { name: 'or', bits: '0000000 rs2 rs1 110 rd 0110011', operands: 'rd, rs1, rs2', effect: set(op('or', rs1, rs2)), says: 'Or: rd = rs1 | rs2.' },
    { name: 'and', bits: '0000000 rs2 rs1 111 rd 0110011', operands: 'rd, rs1, rs2', effect: set(op('and', rs1, rs2)), says: 'And: rd = rs1 & rs2.' },
  ]),
  ...rows('Multiplication and division', [
    { name: 'mul', bits: '0000001 rs2 rs1 000 rd 0110011', operands: 'rd, rs1, rs2', effect: set(op('mul', rs1, rs2)), says: 'Multiply: the low word of rs1 * rs2.' },
    { name: 'mulh', bits: '0000001 rs2 rs1 001 rd 0110011', operands: 'rd, rs1, rs2', effect: set(op('mulh', rs1, rs2)), says: 'The high word of the signed product.' },
    { name: 'mulhsu', bits: '0000001 rs2 rs1 010 rd 0110011', operands: 'rd, rs1, rs2', effect: set(op('mulhsu', rs1, rs2)), says: 'The high word of the product of signed rs1 and unsigned rs2.' },
    { name: 'mulhu', bits: '0000001 rs2 rs1 011 rd 0110011', operands: 'rd, rs1, rs2', effect: set(op('mulhu', rs1, rs2)), says: 'The high word of the unsigned product.' },
    { name: 'div', bits: '0000001 rs2 rs1 100 rd 0110011', operands: 'rd, rs1, rs2', effect: set(op('div', rs1, rs2)), says: 'Signed quotient rs1 / rs2, rounded towards zero; -1 when rs2 is 0; rs1 when the quotient overflows (-2^31 / -1).' },
    { name: 'divu', bits: '0000001 rs2 rs1 101 rd 0110011', operands: 'rd, rs1, rs2', effect: set(op('divu', rs1, rs2)), says: 'Unsigned quotient rs1 / rs2; all ones when rs2 is 0.' },
    { name: 'rem', bits: '0000001 rs2 rs1 110 rd 0110011', operands: 'rd, rs1, rs2', effect: set(op('rem', rs1, rs2)), says: 'Signed remainder, with the sign of rs1; rs1 when rs2 is 0; 0 when the quotient overflows.' },
    { name: 'remu', bits: '0000001 rs2 rs1 111 rd 0110011', operands: 'rd, rs1, rs2', effect: set(op('remu', rs1, rs2)), says: 'Unsigned remainder; rs1 when rs2 is 0.' },
  ]),
  ...rows('Loads and stores', [
    { name: 'lb', bits: 'imm[11:0] rs1 000 rd 0000011', operands: 'rd, imm(rs1)', effect: load(1, true), says: 'Load the byte at rs1 + imm, sign-extended.' },
    { name: 'lh', bits: 'imm[11:0] rs1 001 rd 0000011', operands: 'rd, imm(rs1)', effect: load(2, true), says: 'Load the half word (2 bytes) at rs1 + imm, sign-extended.' },
    { name: 'lw', bits: 'imm[11:0] rs1 010 rd 0000011', operands: 'rd, imm(rs1)', effect: load(4, true), says: 'Load the word at rs1 + imm.' },
    { name: 'lbu', bits: 'imm[11:0] rs1 100 rd 0000011', operands: 'rd, imm(rs1)', effect: load(1, false), says: 'Load the byte at rs1 + imm, zero-extended.' },
    { name: 'lhu', bits: 'imm[11:0] rs1 101 rd 0000011', operands: 'rd, imm(rs1)', effect: load(2, false), says: 'Load the half word at rs1 + imm, zero-extended.' },
    { name: 'sb', bits: 'imm[11:5] rs2 rs1 000 imm[4:0] 0100011', operands: 'rs2, imm(rs1)', effect: store(1), says: 'Store the low byte of rs2 at rs1 + imm.' },
    { name: 'sh', bits: 'imm[11:5] rs2 rs1 001 imm[4:0] 0100011', operands: 'rs2, imm(rs1)', effect: store(2), says: 'Store the low half word of rs2 at rs1 + imm.' },
    { name: 'sw', bits: 'imm[11:5] rs2 rs1 010 imm[4:0] 0100011', operands: 'rs2, imm(rs1)', effect: store(4), says: 'Store rs2 at rs1 + imm.' },
  ]),
  ...rows('Branches and jumps', [
    { name: 'beq', bits: 'imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011', operands: 'rs1, rs2, target', effect: branch('eq'), says: 'Branch to the target if rs1 = rs2.' },
    { name: 'bne', bits: 'imm[12|10:5] rs2 rs1 001 imm[4:1|11] 1100011', operands: 'rs1, rs2, target', effect: branch('ne'), says: 'Branch if rs1 and rs2 differ.' },
    { name: 'blt', bits: 'imm[12|10:5] rs2 rs1 100 imm[4:1|11] 1100011', operands: 'rs1, rs2, target', effect: branch('lt'), says: 'Branch if rs1 < rs2, signed.' },
    { name: 'bge', bits: 'imm[12|10:5] rs2 rs1 101 imm[4:1|11] 1100011', operands: 'rs1, rs2, target', effect: branch('ge'), says: 'Branch if rs1 >= rs2, signed.' },
    { name: 'bltu', bits: 'imm[12|10:5] rs2 rs1 110 imm[4:1|11] 1100011', operands: 'rs1, rs2, target', effect: branch('ltu'), says: 'Branch if rs1 < rs2, unsigned.' },
    { name: 'bgeu', bits: 'imm[12|10:5] rs2 rs1 111 imm[4:1|11] 1100011', operands: 'rs1, rs2, target', effect: branch('geu'), says: 'Branch if rs1 >= rs2, unsigned.' },
    { name: 'jal', bits: 'imm[20|10:1|11|19:12] rd 1101111', operands: 'rd, target', effect: jump(target), says: 'Jump and link: rd = pc + 4; pc = target. Traps if the target is not a multiple of 4.' },
    { name: 'jalr', bits: 'imm[11:0] rs1 000 rd 1100111', operands: 'rd, imm(rs1)', effect: jump(op('and', op('add', rs1, imm), constant(-2))), says: 'Jump and link: the target is rs1 + imm with its lowest bit cleared; rd = pc + 4 (rs1 is read first); pc = the target. Traps if the target is not a multiple of 4.' },
  ]),
  ...rows('Calls to the system, and fences', [
    { name: 'ecall', bits: '000000000000 00000 000 00000 1110011', operands: '', effect: { kind: 'trap', cause: CAUSE.ECALL }, says: 'Software interrupt: takes trap 8 in every ring.' },
    { name: 'ebreak', bits: '000000000001 00000 000 00000 1110011', operands: '', effect: { kind: 'trap', cause: CAUSE.BREAKPOINT }, says: 'Breakpoint: takes trap 3 in every ring.' },
    { name: 'fence', bits: 'fm pred succ rs1 000 rd 0001111', operands: 'pred, succ', effect: nothing, says: 'Order memory accesses. Does nothing, because memory is coherent; all its fields are ignored.' },
    { name: 'fence.i', bits: 'imm[11:0] rs1 001 rd 0001111', operands: '', effect: nothing, says: 'Order stores before fetches. Does nothing, because code is coherent; all its fields are ignored.' },
  ]),
];
