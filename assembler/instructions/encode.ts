/**
 * Puts the value of an instruction's computed operand into its field. If the value does not fit, the error states the
 * range.
 */
import { fieldRange } from '../../isa/table/picture.ts';
import { loadImmediate } from '../../isa/table/pseudo.ts';
import { immediateField, type Row } from '../../isa/table/row.ts';
import { encode, type FieldValues } from '../../isa/table/table.ts';
import { SourceProblem } from '../diagnostics.ts';
import { showNumber } from '../numbers.ts';
import type { Bound } from '../object/bound.ts';
import type { Value } from '../object/evaluate.ts';
import type { ValueKind } from '../object/fixup.ts';

/** An instruction whose computed operand has a value now. */
export interface Complete {
  readonly row: Row;
  readonly values: FieldValues;
  readonly operand: ValueKind;
  readonly expression: Bound;
}

/** The instruction's word at address `pc`. Throws SourceProblem if the value does not fit. */
export function encodeValue(instruction: Complete, value: Value, pc: number): number {
  const { row, values, operand, expression } = instruction;
  if (value.section !== undefined && (operand === 'upper' || operand === 'shamt' || operand === 'sr')) {
    throw new SourceProblem(
      expression.at,
      'an address is not allowed here',
      operand === 'upper' ? 'write `%hi(…)` for its upper 20 bits' : undefined,
    );
  }
  if (operand === 'target') {
    return encode(row, { ...values, imm: checked(instruction, displacement(value, pc)) });
  }
  if (operand === 'upper') return encode(row, { ...values, imm: upper(value.value, expression.at) });
  try {
    return encode(row, { ...values, imm: checked(instruction, plain(value.value)) });
  } catch (problem) {
    if (!(problem instanceof SourceProblem) || value.section === undefined) throw problem;
    throw new SourceProblem(
      problem.at,
      `the address ${problem.message}`,
      'write `%lo(…)` for the low part of an address',
    );
  }
}

/** The distance of a target from `pc`, in bytes, modulo the address space. */
export function displacement(value: Value, pc: number): number {
  return Number(BigInt.asIntN(32, value.value - BigInt(pc)));
}

/** Whether the row's pc-relative operand can be that many bytes away. */
export function reaches(row: Row, distance: number): boolean {
  const range = fieldRange(row.picture, 'imm');
  return range !== undefined && distance >= range.min && distance <= range.max;
}

/** A 32-bit number may be written unsigned: 0xffffffff is -1. */
function plain(value: bigint): number {
  return Number(value >= 0x80000000n && value <= 0xffffffffn ? value - 0x100000000n : value);
}

function upper(value: bigint, at: number): number {
  if (value >= 0n && value <= 0xfffffn) return Number(BigInt.asIntN(32, value << 12n));
  throw new SourceProblem(
    at,
    `${showNumber(value)} does not fit in 20 bits: 0 to ${0xfffff}`,
    `this operand is the upper 20 bits of the word, not the word; \`${loadImmediate}\` loads any word`,
  );
}

function checked({ row, operand, expression }: Complete, value: number): number {
  const range = fieldRange(row.picture, immediateField(row) ?? 'imm');
  if (range === undefined) throw new Error(`${row.name} has no immediate`);
  const { min, max, multiple } = range;
  if (value < min || value > max) throw outOfRange(operand, expression.at, value, min, max);
  if (value % multiple !== 0) throw oddTarget(expression.at, value, multiple);
  return value;
}

function oddTarget(at: number, value: number, multiple: number): SourceProblem {
  return new SourceProblem(
    at,
    `the target is ${value} bytes away, which is not a multiple of ${multiple}`,
    'align the target with `.align 2`',
  );
}

function outOfRange(operand: ValueKind, at: number, value: number, min: number, max: number): SourceProblem {
  const range = `${min} to ${max}`;
  switch (operand) {
    case 'target':
      return new SourceProblem(
        at,
        `the target is ${value} bytes away; this instruction reaches ${range}`,
        'a jump through a register reaches everything',
      );
    case 'shamt':
      return new SourceProblem(at, `a shift of ${value} is out of range: ${range}`, 'a register has 32 bits');
    case 'sr':
      return new SourceProblem(at, `${value} is not a system register: ${range}`);
    case 'memory':
      return new SourceProblem(
        at,
        `${value} does not fit in a ${bits(min)}-bit signed offset: ${range}`,
        `put the address in a register first, as with \`${loadImmediate}\``,
      );
    default:
      return new SourceProblem(
        at,
        `${value} does not fit in a ${bits(min)}-bit signed immediate: ${range}`,
        `use \`${loadImmediate}\`, which loads any 32-bit number into a register`,
      );
  }
}

function bits(min: number): number {
  return Math.log2(-min) + 1;
}
