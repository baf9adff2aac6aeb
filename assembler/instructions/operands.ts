/** Whether written operands have the shape that an instruction wants. */
import { orderLetters } from '../../isa/table/disassemble.ts';
import { registerNumbers } from '../../isa/table/registers.ts';
import { systemRegisters } from '../../isa/table/sysregs.ts';
import { SourceProblem } from '../diagnostics.ts';
import { didYouMean } from '../suggest.ts';
import type { Operand } from '../syntax/tree.ts';

/**
 * What an operand must look like: the words of isa/table/row.ts, reduced to shapes.
 * `through` is a register that a jump goes through, or `offset(register)`; `mark` is `%tprel_add(symbol)`, which tells
 * a linker what an addition is for.
 */
export type Shape = 'register' | 'through' | 'memory' | 'number' | 'address' | 'mark' | 'sr' | 'order';

const wanted: Readonly<Record<Shape, string>> = {
  register: 'a register',
  through: 'a register',
  memory: 'an address like `8(sp)`',
  number: 'a number',
  address: 'a label or an address',
  mark: '`%tprel_add(…)`',
  sr: 'a system register',
  order: `a set of ${orderLetters.split('').join(', ')}`,
};

/** The number of the register that an operand is, or undefined. */
export function registerOf(operand: Operand): number | undefined {
  if (operand.kind !== 'expression' || operand.expression.kind !== 'symbol') return undefined;
  return registerNumbers.get(operand.expression.name);
}

/** The number of the system register that a name stands for, in any case of letters. */
export function systemRegisterOf(name: string): number | undefined {
  return systemRegisters.find((register) => register.name === name.toUpperCase())?.number;
}

/** The bits of a fence's set, first letter highest: `rw`, or a number 0 to 15. */
export function orderOf(operand: Operand): number | undefined {
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

/** Whether an operand is a label, should one have the name of this register: `j a0` is right where `a0:` is. */
export function mayBeLabel(operand: Operand, shape: Shape): boolean {
  return shape === 'address' && registerOf(operand) !== undefined;
}

/** What is wrong with an operand where `shape` is wanted, or undefined. `known` tells whether a name has a value. */
export function shapeProblem(
  operand: Operand,
  shape: Shape,
  known: (name: string) => boolean,
): SourceProblem | undefined {
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
      return operand.kind !== 'expression' || registerOf(operand) !== undefined
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

function isMark(operand: Operand): boolean {
  const expression = operand.kind === 'expression' ? operand.expression : undefined;
  return expression?.kind === 'relocation' && expression.name === 'tprel_add';
}

function notRegister(operand: Operand): SourceProblem {
  if (operand.kind === 'expression' && operand.expression.kind === 'symbol') {
    return unknownRegister(operand.at, operand.expression.name);
  }
  return unexpected(operand, 'register');
}

function unknownRegister(at: number, name: string): SourceProblem {
  const hint =
    didYouMean(name, registerNumbers.keys()) ??
    'the registers are x0 to x31, or zero, ra, sp, gp, tp, t0…, s0…, a0…';
  return new SourceProblem(at, `\`${name}\` is not a register`, hint);
}

function unexpected(operand: Operand, shape: Shape): SourceProblem {
  return new SourceProblem(operand.at, `expected ${wanted[shape]}, found \`${operand.text}\``);
}

function systemRegisterProblem(
  operand: Operand,
  known: (name: string) => boolean,
): SourceProblem | undefined {
  if (operand.kind !== 'expression') return unexpected(operand, 'sr');
  const { expression, at } = operand;
  if (expression.kind !== 'symbol' || known(expression.name)) return undefined;
  if (systemRegisterOf(expression.name) !== undefined) return undefined;
  const names = systemRegisters.map((register) => register.name);
  return new SourceProblem(
    at,
    `\`${expression.name}\` is not a system register`,
    didYouMean(expression.name, names) ?? `there are ${names.join(', ')}`,
  );
}
