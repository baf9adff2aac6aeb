/** `li rd, imm`: one instruction if the number allows it, otherwise two. */
import { SourceProblem } from '../diagnostics.ts';
import { showNumber } from '../numbers.ts';
import { bind, type Bound } from '../object/bound.ts';
import { tryEvaluate } from '../object/evaluate.ts';
import type { SourceUnit } from '../object/unit.ts';
import type { WrittenOperand } from '../syntax/tree.ts';
import { emitComputed, expressionOf } from './emit.ts';
import { addImmediate, loadUpper } from './meaning.ts';
import { registerOf } from './operands.ts';

/**
 * Appends the shortest load of a 32-bit number, signed or unsigned, as GNU `as`
 * does. A number that is not known yet, or an address, takes two instructions.
 */
export function emitLoadImmediate(unit: SourceUnit, operands: readonly WrittenOperand[]): void {
  const [register, written] = operands as readonly [WrittenOperand, WrittenOperand];
  const rd = registerOf(register) ?? 0;
  unit.here();
  const bound = bind(expressionOf(written), unit);
  const now = tryEvaluate(bound);
  if (bound.kind === 'relocation' && bound.name === 'lo')
    emitComputed(unit, addImmediate, { rd, rs1: 0 }, 'imm', bound);
  else if (now === undefined || now.section !== undefined) emitBoth(unit, rd, rd, bound);
  else emitNumber(unit, rd, now.value, bound.at);
}

function emitNumber(unit: SourceUnit, rd: number, value: bigint, at: number): void {
  if (value < -0x80000000n || value > 0xffffffffn) {
    throw new SourceProblem(
      at,
      `${showNumber(value)} does not fit in 32 bits`,
      'a register holds -2147483648 to 4294967295',
    );
  }
  const signed = BigInt.asIntN(32, value);
  const low = BigInt.asIntN(12, signed);
  const number: Bound = { kind: 'number', at, value: low };
  if (low === signed) {
    emitComputed(unit, addImmediate, { rd, rs1: 0 }, 'imm', number);
    return;
  }
  const high = BigInt.asUintN(20, (signed - low) >> 12n);
  emitComputed(unit, loadUpper, { rd }, 'upper', { kind: 'number', at, value: high });
  if (low !== 0n) emitComputed(unit, addImmediate, { rd, rs1: rd }, 'imm', number);
}

/** Appends the loads of both halves, which are filled in when the value is known. */
function emitBoth(unit: SourceUnit, rd: number, rs1: number, operand: Bound): void {
  const { at } = operand;
  emitComputed(unit, loadUpper, { rd }, 'upper', { kind: 'relocation', at, name: 'hi', operand });
  emitComputed(unit, addImmediate, { rd, rs1 }, 'imm', { kind: 'relocation', at, name: 'lo', operand });
}
