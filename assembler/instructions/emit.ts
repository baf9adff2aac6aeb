/** Appends an instruction, which is a row with written operands, to the unit's section. */
import { registerNumbers } from '../../isa/table/registers.ts';
import type { Operand, Row } from '../../isa/table/row.ts';
import { encode, type FieldValues } from '../../isa/table/table.ts';
import { bind, type Bound } from '../object/bound.ts';
import { isPointer } from '../object/evaluate.ts';
import type { InstructionFixup, ValueKind } from '../object/fixup.ts';
import type { SourceUnit } from '../object/unit.ts';
import { quotedSymbol } from '../syntax/parse.ts';
import type { WrittenExpression, WrittenOperand } from '../syntax/tree.ts';
import { encodeValue } from './encode.ts';
import { jumpTo, oppositeBranch } from './meaning.ts';
import { orderOf, registerOf, systemRegisterOf } from './operands.ts';

/** The operand of a row that must be computed. A row has at most one. */
interface Computed {
  readonly operand: ValueKind;
  readonly expression: WrittenExpression;
}

/** Appends an instruction. The operands must have the row's shapes. Throws SourceProblem if a value does not fit. */
export function emitRow(unit: SourceUnit, row: Row, operands: readonly WrittenOperand[]): void {
  unit.here();
  const values: FieldValues = {};
  let computed: Computed | undefined;
  row.operands.forEach((wanted, n) => {
    const written = operands[n] as WrittenOperand;
    computed = takeOperand(values, wanted, written) ?? computed;
  });
  if (computed === undefined) unit.section.appendWord(encode(row, values));
  else emitComputed(unit, row, values, computed.operand, bind(computed.expression, unit));
}

/** Appends an instruction whose computed operand is `value`, either complete or with a fixup. */
export function emitComputed(
  unit: SourceUnit,
  row: Row,
  values: FieldValues,
  operand: ValueKind,
  value: Bound,
): void {
  const place = { statement: unit.statement, section: unit.section, offset: unit.section.size };
  if (value.kind === 'number' && operand !== 'target') {
    const word = encodeValue(
      { row, values, operand, expression: value },
      { value: value.value, section: undefined },
      0,
    );
    unit.section.appendWord(word);
    return;
  }
  if (value.kind === 'relocation' && isPointer(value.name)) unit.section.pcrelHigh.set(place.offset, value);
  if (row.effect.kind === 'branch') {
    emitBranch(unit, { kind: 'instruction', ...place, row, values, operand, value });
    return;
  }
  unit.section.appendWord(row.picture.match);
  unit.fixups.push({ kind: 'instruction', ...place, row, values, operand, value });
}

/**
 * Appends a conditional branch. If an earlier pass found that it does not reach its target, this
 * appends the opposite branch around a jump, as GNU `as` does.
 */
function emitBranch(unit: SourceUnit, fixup: InstructionFixup): void {
  const branch = unit.branches++;
  unit.section.appendWord(fixup.row.picture.match);
  if (!unit.long.has(branch)) {
    unit.fixups.push({ ...fixup, branch });
    return;
  }
  const around = encode(oppositeBranch(fixup.row), { ...fixup.values, imm: 8 });
  unit.section.writeWord(fixup.offset, around);
  const offset = unit.section.appendWord(jumpTo.picture.match);
  unit.fixups.push({ ...fixup, offset, row: jumpTo, values: { rd: 0 } });
}

/** Puts a written operand into `values`, or returns it if it must be computed. */
function takeOperand(values: FieldValues, wanted: Operand, written: WrittenOperand): Computed | undefined {
  switch (wanted.kind) {
    case 'register':
      values[wanted.field] = registerOf(written) ?? 0;
      return undefined;
    case 'order':
      values[wanted.field] = orderOf(written) ?? 0;
      return undefined;
    case 'memory': {
      if (written.kind !== 'memory') throw new Error('a memory operand has lost its shape');
      values.rs1 = registerNumbers.get(written.base.name) ?? 0;
      const expression = written.offset ?? { kind: 'number', at: written.at, value: 0n };
      return { operand: 'memory', expression };
    }
    case 'sr':
      return { operand: 'sr', expression: systemRegisterExpression(expressionOf(written)) };
    default:
      return { operand: wanted.kind, expression: expressionOf(written) };
  }
}

/**
 * The operand as an expression. `(x)` and a name in quotes are expressions too. Throws SourceProblem for any other
 * string.
 */
export function expressionOf(operand: WrittenOperand): WrittenExpression {
  if (operand.kind === 'string')
    return { kind: 'symbol', at: operand.at, name: quotedSymbol(operand.bytes, operand.at) };
  if (operand.kind === 'expression') return operand.expression;
  if (operand.kind === 'memory' && operand.offset === undefined) return { kind: 'symbol', ...operand.base };
  throw new Error('an expression has lost its shape');
}

function systemRegisterExpression(expression: WrittenExpression): WrittenExpression {
  if (expression.kind !== 'symbol') return expression;
  const number = systemRegisterOf(expression.name);
  return number === undefined ? expression : { kind: 'number', at: expression.at, value: BigInt(number) };
}
