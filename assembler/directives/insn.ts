/**
 * `.insn`: any instruction, by its format and fields (GNU `as` manual, "RISC-V
 * Instruction Formats"). A use of a format becomes a row, so that operands,
 * ranges and messages are the same as for instructions of the table.
 */
import { nothing } from '../../isa/table/effects.ts';
import { type Row, rows } from '../../isa/table/row.ts';
import { SourceProblem, throwProblems } from '../diagnostics.ts';
import { emitRow } from '../instructions/emit.ts';
import { rowForm } from '../instructions/forms.ts';
import { countMessage } from '../instructions/instruction.ts';
import { registerOf, shapeProblem } from '../instructions/operands.ts';
import type { SourceUnit } from '../object/unit.ts';
import { didYouMean } from '../suggest.ts';
import { parseOperands } from '../syntax/parse.ts';
import type { WrittenOperand } from '../syntax/tree.ts';
import { numberOperand, rangedOperand } from './arguments.ts';
import type { DirectiveContext, DirectiveGroup, RawUse } from './directive.ts';

/** GNU's names of the major opcodes (The RISC-V Instruction Set Manual, volume I, "RV32/64G Instruction Set Listings"). */
const opcodes: Readonly<Record<string, number>> = {
  LOAD: 0x03, LOAD_FP: 0x07, CUSTOM_0: 0x0b, MISC_MEM: 0x0f, OP_IMM: 0x13, AUIPC: 0x17, OP_IMM_32: 0x1b,
  STORE: 0x23, STORE_FP: 0x27, CUSTOM_1: 0x2b, AMO: 0x2f, OP: 0x33, LUI: 0x37, OP_32: 0x3b,
  MADD: 0x43, MSUB: 0x47, NMSUB: 0x4b, NMADD: 0x4f, OP_FP: 0x53, OP_V: 0x57, CUSTOM_2: 0x5b,
  BRANCH: 0x63, JALR: 0x67, JAL: 0x6f, SYSTEM: 0x73, CUSTOM_3: 0x7b,
}; // biome-ignore format: in the manual's order

interface Format {
  /** The picture, in which `funct3` and so on are replaced by the written numbers. */
  readonly bits: string;
  /** Numbers that come after the opcode, by width in bits. */
  readonly numbers: readonly ('funct3' | 'funct2' | 'funct7')[];
  /** Ways to write the rest. */
  readonly operands: readonly string[];
}

const branchBits = 'imm[12|10:5] rs2 rs1 funct3 imm[4:1|11] opcode';
const b: Format = { bits: branchBits, numbers: ['funct3'], operands: ['rs1, rs2, target', 'rs2, imm(rs1)'] };
const j: Format = { bits: 'imm[20|10:1|11|19:12] rd opcode', numbers: [], operands: ['rd, target'] };

/** Pictures have no field rs3, so the register's number becomes fixed bits of the picture. */
const r4: Format = {
  bits: 'rs3 funct2 rs2 rs1 funct3 rd opcode',
  numbers: ['funct3', 'funct2'],
  operands: ['rd, rs1, rs2, rs3'],
};

const formats: Readonly<Record<string, Format>> = {
  r: { bits: 'funct7 rs2 rs1 funct3 rd opcode', numbers: ['funct3', 'funct7'], operands: ['rd, rs1, rs2'] },
  r4,
  i: {
    bits: 'imm[11:0] rs1 funct3 rd opcode',
    numbers: ['funct3'],
    operands: ['rd, rs1, imm', 'rd, imm(rs1)'],
  },
  s: { bits: 'imm[11:5] rs2 rs1 funct3 imm[4:0] opcode', numbers: ['funct3'], operands: ['rs2, imm(rs1)'] },
  b,
  sb: b,
  u: { bits: 'imm[31:12] rd opcode', numbers: [], operands: ['rd, upper'] },
  j,
  uj: j,
};

/** Number of operands of `r4`, which may also be written as `r`. */
const WITH_RS3 = 7;

function insn({ unit }: DirectiveContext, use: RawUse): void {
  const [, space = '', type = ''] = /^(\s*)([a-z]\w*)(?=\s|$)/i.exec(use.text.slice(use.rest)) ?? [];
  const format = formats[type.toLowerCase()];
  if (format !== undefined) {
    const operands = parseOperands(use.text, use.rest + space.length + type.length);
    const isLong = format === formats.r && operands.length === WITH_RS3;
    formatted(unit, use, type, isLong ? r4 : format, operands);
    return;
  }
  if (type !== '') {
    const names = Object.keys(formats);
    throw new SourceProblem(
      use.rest + space.length,
      `\`${type}\` is not an instruction format`,
      didYouMean(type, names) ?? `there are ${names.join(', ')}`,
    );
  }
  raw(unit, use, parseOperands(use.text, use.rest));
}

/** `.insn word` and `.insn 4, word`. */
function raw(unit: SourceUnit, use: RawUse, operands: readonly WrittenOperand[]): void {
  const word = operands.at(-1);
  if (word === undefined || operands.length > 2)
    throw new SourceProblem(
      use.at,
      '`.insn` takes a format and fields, or a word',
      'as in `.insn r CUSTOM_0, 0, 17, x0, a0, x0` or `.insn 0x00000013`',
    );
  if (operands.length === 2) rangedOperand(unit, operands[0] as WrittenOperand, 4, 4, 'the length');
  unit.section.appendWord(rangedOperand(unit, word, -0x80000000, 0xffffffff, 'an instruction word') | 0);
}

function formatted(
  unit: SourceUnit,
  use: RawUse,
  type: string,
  format: Format,
  operands: readonly WrittenOperand[],
): void {
  const fixed = 1 + format.numbers.length;
  const syntaxes = format.operands.map(
    (rest) => `\`.insn ${[`${type} opcode`, ...format.numbers, rest].join(', ')}\``,
  );
  const [opcodeOperand] = operands;
  const best: SourceProblem[][] = [];
  for (const syntax of format.operands) {
    const count = syntax.split(', ').length;
    if (opcodeOperand === undefined || operands.length !== fixed + count) continue;
    const row = rowOf(unit, format, syntax, operands);
    const form = rowForm(row);
    const rest = operands.slice(fixed, fixed + form.shapes.length);
    const problems = form.shapes.flatMap(
      (shape, n) => shapeProblem(rest[n] as WrittenOperand, shape, () => true)?.told() ?? [],
    );
    if (problems.length === 0) {
      emitRow(unit, row, rest);
      return;
    }
    best.push(problems);
  }
  throwProblems(best.sort((one, other) => one.length - other.length)[0] ?? []);
  throw new SourceProblem(
    use.at,
    countMessage(`.insn ${type}`, operands.length),
    `write ${syntaxes.join(' or ')}`,
  );
}

function rowOf(unit: SourceUnit, format: Format, syntax: string, operands: readonly WrittenOperand[]): Row {
  const fields: Record<string, string> = { opcode: binary(opcodeOf(unit, operands[0] as WrittenOperand), 7) };
  format.numbers.forEach((field, n) => {
    const width = Number(field.slice(-1));
    fields[field] = binary(
      rangedOperand(unit, operands[n + 1] as WrittenOperand, 0, 2 ** width - 1, field),
      width,
    );
  });
  if (format === r4) fields.rs3 = binary(thirdSource(operands.at(-1) as WrittenOperand), 5);
  const bits = format.bits.replace(/funct\d|opcode|rs3/g, (field) => fields[field] ?? field);
  const own = syntax.replace(', rs3', '');
  const [row] = rows('.insn', [{ name: '.insn', bits, operands: own, effect: nothing, says: '' }]);
  return row as Row;
}

function thirdSource(operand: WrittenOperand): number {
  throwProblems([shapeProblem(operand, 'register', () => true) ?? []].flat());
  return registerOf(operand) ?? 0;
}

function binary(value: number, width: number): string {
  return value.toString(2).padStart(width, '0');
}

function opcodeOf(unit: SourceUnit, operand: WrittenOperand): number {
  const name =
    operand.kind === 'expression' && operand.expression.kind === 'symbol'
      ? operand.expression.name
      : undefined;
  const known = name === undefined ? undefined : opcodes[name];
  if (known !== undefined) return known;
  if (name !== undefined && unit.symbols.get(name) === undefined) {
    throw new SourceProblem(
      operand.at,
      `\`${name}\` is not an opcode`,
      didYouMean(name, Object.keys(opcodes)),
    );
  }
  const value = numberOperand(unit, operand);
  if (value >= 0 && value <= 127 && value % 4 === 3) return value;
  throw new SourceProblem(
    operand.at,
    `${value} is not the opcode of a 32-bit instruction: 3 to 127, the low two bits 1`,
  );
}

export const insnDirectives: DirectiveGroup = { raw: { '.insn': insn } };
