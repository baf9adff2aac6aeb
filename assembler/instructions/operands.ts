/** Checks whether written operands have the shape that an instruction needs. */
import { loadImmediate } from '../../isa/table/pseudo.ts';
import { orderLetters } from '../../isa/table/disassemble.ts';
import { registerNumbers } from '../../isa/table/registers.ts';
import { systemRegisters } from '../../isa/table/sysregs.ts';
import { SourceProblem } from '../diagnostics.ts';
import { registerHint } from '../hints/registers.ts';
import { didYouMean } from '../suggest.ts';
import type { WrittenExpression, WrittenOperand } from '../syntax/tree.ts';

/**
 * The shape of an operand: a simpler form of the words in isa/table/row.ts.
 * `through` is a register that contains a jump's target, or `offset(register)`. `mark` is `%tprel_add(symbol)`, which tells
 * a linker what an addition is for.
 */
export type OperandShape = 'register' | 'through' | 'memory' | 'number' | 'address' | 'mark' | 'sr' | 'order';

const wanted: Readonly<Record<OperandShape, string>> = {
  register: 'a register',
  through: 'a register',
  memory: 'an address like `8(sp)`',
  number: 'a number',
  address: 'a label or an address',
  mark: '`%tprel_add(…)`',
  sr: 'a system register',
  order: `a set of ${orderLetters.split('').join(', ')}`,
};

/** An operand is wrong. `hint` is a certain correction; `otherwise` is the hint if nothing better is found. */
export class OperandProblem extends SourceProblem {
  private readonly otherwise: string | undefined;

  constructor(at: number, message: string, hint?: string, otherwise?: string) {
    super(at, message, hint);
    this.otherwise = otherwise;
  }

  /** The problem with the best hint, which may be `repair`. */
  told(repair?: string): SourceProblem {
    return new SourceProblem(this.at, this.message, this.hint ?? repair ?? this.otherwise);
  }
}

/** The number of the register that an operand names; undefined if it names none. */
export function registerOf(operand: WrittenOperand): number | undefined {
  if (operand.kind !== 'expression' || operand.expression.kind !== 'symbol') return undefined;
  return registerNumbers.get(operand.expression.name);
}

/** The number of the system register with this name, in small or capital letters. */
export function systemRegisterOf(name: string): number | undefined {
  return systemRegisters.find((register) => register.name === name.toUpperCase())?.number;
}

/**
 * The bits of a fence's set, which is written as letters such as `rw` or as a number from 0 to 15. The first letter
 * is the highest bit.
 */
export function orderOf(operand: WrittenOperand): number | undefined {
  if (operand.kind !== 'expression') return undefined;
  const { expression } = operand;
  if (expression.kind === 'number') return expression.value <= 15n ? Number(expression.value) : undefined;
  if (expression.kind !== 'symbol') return undefined;
  let bits = 0;
  for (const letter of expression.name) {
    const bit = 8 >> orderLetters.indexOf(letter);
    if (!orderLetters.includes(letter) || (bits & bit) !== 0) return undefined;
    bits |= bit;
  }
  return bits;
}

/**
 * Whether an operand is an address if there is a label with the name of its register: `j a0` is correct if there is a
 * label `a0:`.
 */
export function mayBeLabel(operand: WrittenOperand, shape: OperandShape): boolean {
  if (operand.kind !== 'expression') return false;
  const { kind } = operand.expression;
  return kind === 'symbol'
    ? shape === 'address'
    : kind === 'binary' && (shape === 'address' || shape === 'number');
}

/** Whether an expression contains the name of a register. */
function hasRegister(expression: WrittenExpression): boolean {
  if (expression.kind === 'binary') return hasRegister(expression.left) || hasRegister(expression.right);
  return expression.kind === 'symbol' && registerNumbers.has(expression.name);
}

/**
 * The problem with an operand that must have the shape `shape`; undefined if there is none. `known` tells whether a
 * name has a value.
 */
export function shapeProblem(
  operand: WrittenOperand,
  shape: OperandShape,
  known: (name: string) => boolean,
): OperandProblem | undefined {
  switch (shape) {
    case 'register':
      return registerOf(operand) === undefined ? notRegister(operand) : undefined;
    case 'through':
      return shapeProblem(operand, operand.kind === 'memory' ? 'memory' : 'register', known);
    case 'memory':
      if (operand.kind !== 'memory') return unexpected(operand, shape);
      return registerNumbers.has(operand.base.name)
        ? undefined
        : unknownRegister(operand.base.at, operand.base.name);
    case 'number':
    case 'address':
      if (
        operand.kind === 'memory' &&
        operand.offset === undefined &&
        !registerNumbers.has(operand.base.name)
      )
        return undefined;
      if (operand.kind === 'string') return undefined;
      return operand.kind !== 'expression' || hasRegister(operand.expression)
        ? unexpected(operand, shape)
        : undefined;
    case 'mark':
      return isMark(operand) ? undefined : unexpected(operand, shape);
    case 'sr':
      return systemRegisterProblem(operand, known);
    case 'order':
      return orderOf(operand) === undefined ? unexpected(operand, shape) : undefined;
  }
}

function isMark(operand: WrittenOperand): boolean {
  const expression = operand.kind === 'expression' ? operand.expression : undefined;
  return expression?.kind === 'relocation' && expression.name === 'tprel_add';
}

function notRegister(operand: WrittenOperand): OperandProblem {
  if (operand.kind === 'expression' && operand.expression.kind === 'symbol') {
    return unknownRegister(operand.at, operand.expression.name);
  }
  const { at, message } = unexpected(operand, 'register');
  const isNumber = operand.kind === 'expression' && operand.expression.kind === 'number';
  const load = `load the number into a register first: \`${loadImmediate} t0, ${operand.text}\``;
  return new OperandProblem(at, message, registerHint(operand.text), isNumber ? load : undefined);
}

function unknownRegister(at: number, name: string): OperandProblem {
  return new OperandProblem(
    at,
    `\`${name}\` is not a register`,
    registerHint(name) ?? didYouMean(name, registerNumbers.keys()),
    'the registers are x0 to x31, or zero, ra, sp, gp, tp, t0…, s0…, a0…',
  );
}

function unexpected(operand: WrittenOperand, shape: OperandShape): OperandProblem {
  return new OperandProblem(operand.at, `expected ${wanted[shape]}, found \`${operand.text}\``);
}

function systemRegisterProblem(
  operand: WrittenOperand,
  known: (name: string) => boolean,
): OperandProblem | undefined {
  if (operand.kind !== 'expression') return unexpected(operand, 'sr');
  const { expression, at } = operand;
  if (expression.kind !== 'symbol' || known(expression.name)) return undefined;
  if (systemRegisterOf(expression.name) !== undefined) return undefined;
  const names = systemRegisters.map((register) => register.name);
  return new OperandProblem(
    at,
    `\`${expression.name}\` is not a system register`,
    didYouMean(expression.name, names) ?? `there are ${names.join(', ')}`,
  );
}
