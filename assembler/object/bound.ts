/**
 * Bound expressions. Binding looks up the names of an expression, so that its value can be computed at any later
 * time. It happens when the expression is read: `.` becomes a place, `1b` a
 * symbol, and a name given by `.set` becomes the value that it has at that place.
 */
import { SourceProblem } from '../diagnostics.ts';
import type { BinaryOperator, WrittenExpression, UnaryOperator } from '../syntax/tree.ts';
import type { ObjectSection } from './section.ts';
import type { AsmSymbol } from './symbol.ts';

export type Bound =
  | { readonly kind: 'number'; readonly at: number; readonly value: bigint }
  | { readonly kind: 'symbol'; readonly at: number; readonly symbol: AsmSymbol }
  | { readonly kind: 'place'; readonly at: number; readonly section: ObjectSection; readonly offset: number }
  | { readonly kind: 'unary'; readonly at: number; readonly operator: UnaryOperator; readonly operand: Bound }
  | {
      readonly kind: 'binary';
      readonly at: number;
      readonly operator: BinaryOperator;
      readonly left: Bound;
      readonly right: Bound;
    }
  | { readonly kind: 'relocation'; readonly at: number; readonly name: string; readonly operand: Bound }
  /** The value that a name had where it was used. The offsets (`at`) inside belong to another statement. */
  | { readonly kind: 'captured'; readonly at: number; readonly value: Bound };

/** What binding uses of the file that is being read. */
export interface Scope {
  /** The symbol of a name. If the name is new, an undefined symbol is made. */
  symbol(name: string): AsmSymbol;
  numericLabel(label: string, forward: boolean, at: number): AsmSymbol;
  /** The current section and the offset of the statement's first byte. */
  readonly place: { readonly section: ObjectSection; readonly offset: number };
}

/** Binds an expression at the current place. Throws SourceProblem for a numeric label that does not exist. */
export function bind(expression: WrittenExpression, scope: Scope): Bound {
  switch (expression.kind) {
    case 'number':
      return { ...expression, value: signed64(expression.value) };
    case 'symbol':
      return bindName(expression.name, expression.at, scope);
    case 'numeric': {
      const { at, label, forward } = expression;
      return { kind: 'symbol', at, symbol: scope.numericLabel(label, forward, at) };
    }
    case 'unary':
      return fold({ ...expression, operand: bind(expression.operand, scope) });
    case 'binary':
      return fold({
        ...expression,
        left: bind(expression.left, scope),
        right: bind(expression.right, scope),
      });
    case 'relocation':
      return { ...expression, operand: bind(expression.operand, scope) };
  }
}

function bindName(name: string, at: number, scope: Scope): Bound {
  if (name === '.') return { kind: 'place', at, ...scope.place };
  const symbol = scope.symbol(name);
  const { definition } = symbol;
  if (definition.kind === 'value' && definition.value.kind === 'number') {
    return { kind: 'number', at, value: definition.value.value };
  }
  if (definition.kind === 'value' && !definition.once) {
    return { kind: 'captured', at, value: definition.value };
  }
  return { kind: 'symbol', at, symbol };
}

/**
 * A number as GNU `as` uses it: 64 bits, signed. A longer number stays as it is, so that an error shows it if it does
 * not fit.
 */
function signed64(value: bigint): bigint {
  return value >> 64n === 0n ? BigInt.asIntN(64, value) : value;
}

/** Computes an operation on numbers at once. */
function fold(bound: Bound & { kind: 'unary' | 'binary' }): Bound {
  if (bound.kind === 'unary') {
    if (bound.operand.kind !== 'number') return bound;
    return { kind: 'number', at: bound.at, value: unary(bound.operator, bound.operand.value) };
  }
  const { left, right, at } = bound;
  if (left.kind !== 'number' || right.kind !== 'number') return bound;
  return { kind: 'number', at: left.at, value: binary(bound.operator, left.value, right.value, at) };
}

/** A unary operator on 64-bit numbers. */
export function unary(operator: UnaryOperator, value: bigint): bigint {
  switch (operator) {
    case '-':
      return BigInt.asIntN(64, -value);
    case '+':
      return value;
    case '~':
      return ~value;
    case '!':
      return value === 0n ? 1n : 0n;
  }
}

/**
 * A binary operator on 64-bit numbers, as in GNU `as`: a true comparison is -1. Throws SourceProblem for a division
 * by zero.
 */
export function binary(operator: BinaryOperator, left: bigint, right: bigint, at: number): bigint {
  switch (operator) {
    case '/':
    case '%':
      if (right === 0n) throw new SourceProblem(at, 'division by zero');
      return operator === '/' ? left / right : left % right;
    case '==':
    case '!=':
    case '<>':
    case '<':
    case '>':
    case '<=':
    case '>=':
      return compare(operator, left, right) ? -1n : 0n;
    case '&&':
      return left !== 0n && right !== 0n ? 1n : 0n;
    case '||':
      return left !== 0n || right !== 0n ? 1n : 0n;
    default:
      return BigInt.asIntN(64, arithmetic(operator, left, right));
  }
}

type Comparison = '==' | '!=' | '<>' | '<' | '>' | '<=' | '>=';

function compare(operator: Comparison, left: bigint, right: bigint): boolean {
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
    case '<>':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '<=':
      return left <= right;
    case '>=':
      return left >= right;
  }
}

/** `!` between two operands is "or not". */
type Arithmetic = '*' | '<<' | '>>' | '|' | '&' | '^' | '!' | '+' | '-';

function arithmetic(operator: Arithmetic, left: bigint, right: bigint): bigint {
  switch (operator) {
    case '*':
      return left * right;
    case '<<':
      return right < 0n || right > 63n ? 0n : left << right;
    case '>>':
      return right < 0n || right > 63n ? 0n : shiftRight(left, right);
    case '|':
      return left | right;
    case '&':
      return left & right;
    case '^':
      return left ^ right;
    case '!':
      return left | ~right;
    case '+':
      return left + right;
    case '-':
      return left - right;
  }
}

/**
 * Shifts right. GNU `as` shifts zeros in at bit 63. They reach the low word of a negative number only with a shift
 * of 33 or more. With a smaller shift, an arithmetic shift gives the same word, and its result fits wherever the number fits.
 */
function shiftRight(left: bigint, right: bigint): bigint {
  const isWord = BigInt.asIntN(32, left) === left;
  return (isWord && right <= 32n ? left : BigInt.asUintN(64, left)) >> right;
}
