/**
 * Expressions that people type in a debugger: `a0 == 5 && ring == 3`, `[sp + 8]`, `counter - 4`.
 *
 *     a0, x10, pc, EPC, ring, step   registers of the guest, its ring, the step count
 *     counter                        the address of a symbol; a register of that name comes first
 *     [address]                      the word in memory there; byte[…] and half[…] are unsigned parts
 *     C's operators                  on signed words; && and || evaluate the right side when C does
 */
import type { Machine } from '../../isa/machine/machine.ts';
import type { SymbolTable } from '../../isa/machine/symbols.ts';
import { hex } from '../../isa/table/disassemble.ts';
import { registerNumbers } from '../../isa/table/registers.ts';
import { peek } from './addresses.ts';
import { debugRegisters } from './registers.ts';

/** An expression that has no value: the message says why, and what is expected. */
export class ExpressionError extends Error {}

/** What an expression is about. */
export interface ExpressionScope {
  readonly machine: Machine;
  readonly symbols: SymbolTable;
}

/** Computes a value for a guest as it is now. Throws ExpressionError. */
export type Evaluate = (scope: ExpressionScope) => number;

type Binary = (left: number, right: number) => number;

/** Binary operators, by how tightly they bind, as in C. */
const operators: ReadonlyMap<string, readonly [level: number, apply: Binary]> = new Map<
  string,
  readonly [number, Binary]
>([
  ['|', [3, (a, b) => a | b]],
  ['^', [4, (a, b) => a ^ b]],
  ['&', [5, (a, b) => a & b]],
  ['==', [6, (a, b) => Number(a === b)]],
  ['!=', [6, (a, b) => Number(a !== b)]],
  ['<', [7, (a, b) => Number(a < b)]],
  ['<=', [7, (a, b) => Number(a <= b)]],
  ['>', [7, (a, b) => Number(a > b)]],
  ['>=', [7, (a, b) => Number(a >= b)]],
  ['<<', [8, (a, b) => a << b]],
  ['>>', [8, (a, b) => a >> b]],
  ['+', [9, (a, b) => (a + b) | 0]],
  ['-', [9, (a, b) => (a - b) | 0]],
  ['*', [10, (a, b) => Math.imul(a, b)]],
  ['/', [10, (a, b) => (a / divisor(b)) | 0]],
  ['%', [10, (a, b) => (a % divisor(b)) | 0]],
]);
const lazy: ReadonlyMap<string, number> = new Map([
  ['||', 1],
  ['&&', 2],
]);
const widths: ReadonlyMap<string, number> = new Map([
  ['byte', 1],
  ['half', 2],
  ['word', 4],
]);

const token =
  /\s*(?:(0x[\da-f_]+|\d[\d_]*)|'([^'\\])'|([A-Za-z_.$][\w.$]*)|(&&|\|\||<<|>>|[=!<>]=|[-+*/%&|^~!<>()[\]]))/iy;

/** Reads an expression. Throws ExpressionError with the place where it makes no sense. */
export function parseExpression(text: string): Evaluate {
  const parser = new Parser(text);
  const evaluate = parser.expression(0);
  parser.mustEnd();
  return evaluate;
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  expression(least: number): Evaluate {
    let left = this.#operand();
    for (;;) {
      const at = this.#at;
      const [, , , , operator = ''] = this.#next() ?? [];
      const level = lazy.get(operator) ?? operators.get(operator)?.[0] ?? -1;
      if (level < least || level < 0) {
        this.#at = at;
        return left;
      }
      left = combined(operator, left, this.expression(level + 1));
    }
  }

  mustEnd(): void {
    if (this.#text.slice(this.#at).trim() !== '') throw this.#error('an operator or the end');
  }

  #next(): RegExpExecArray | undefined {
    token.lastIndex = this.#at;
    const found = token.exec(this.#text);
    if (found !== null) this.#at = token.lastIndex;
    return found ?? undefined;
  }

  #operand(): Evaluate {
    const at = this.#at;
    const [, number, character, name, sign] = this.#next() ?? [];
    if (number !== undefined) return constant(Number(number.replaceAll('_', '')));
    if (character !== undefined) return constant(character.codePointAt(0) as number);
    if (name !== undefined) return this.#named(name);
    if (sign === '(') return this.#until(')');
    if (sign === '[' || sign === '*') return memory(4, sign === '[' ? this.#until(']') : this.#operand());
    const unary = sign === undefined ? undefined : unaries.get(sign);
    if (unary === undefined) {
      this.#at = at;
      throw this.#error('a register, a symbol, a number or [address]');
    }
    const operand = this.#operand();
    return (scope) => unary(operand(scope));
  }

  #named(name: string): Evaluate {
    const width = widths.get(name);
    const at = this.#at;
    if (width !== undefined && this.#next()?.[4] === '[') return memory(width, this.#until(']'));
    this.#at = at;
    const read = nameReader(name);
    return (scope) => read(scope);
  }

  #until(end: string): Evaluate {
    const inner = this.expression(0);
    const at = this.#at;
    if (this.#next()?.[4] === end) return inner;
    this.#at = at;
    throw this.#error(`an operator or ${end}`);
  }

  #error(expected: string): ExpressionError {
    const rest = this.#text.slice(this.#at).trim();
    const found = rest === '' ? 'it ends there' : `there is "${rest}"`;
    return new ExpressionError(`"${this.#text}": expected ${expected}, but ${found}`);
  }
}

const unaries: ReadonlyMap<string, (value: number) => number> = new Map([
  ['-', (value: number) => -value | 0],
  ['+', (value: number) => value],
  ['~', (value: number) => ~value],
  ['!', (value: number) => Number(value === 0)],
]);

/** A number up to 2^32 is a word; a larger one can only be a step. */
function constant(value: number): Evaluate {
  const word = value < 2 ** 32 ? value | 0 : value;
  return () => word;
}

function combined(operator: string, left: Evaluate, right: Evaluate): Evaluate {
  if (operator === '&&') return (scope) => Number(left(scope) !== 0 && right(scope) !== 0);
  if (operator === '||') return (scope) => Number(left(scope) !== 0 || right(scope) !== 0);
  const [, apply] = operators.get(operator) as readonly [number, Binary];
  return (scope) => apply(left(scope), right(scope));
}

function divisor(value: number): number {
  if (value === 0) throw new ExpressionError('division by zero');
  return value;
}

function nameReader(name: string): Evaluate {
  const plain = name.replace(/^\$/, '');
  const number = registerNumbers.get(plain);
  if (number !== undefined) return ({ machine }) => machine.x[number] as number;
  if (plain === 'ring') return ({ machine }) => machine.ring;
  if (plain === 'step') return ({ machine }) => machine.steps;
  const register = debugRegisters.find((candidate) => candidate.name === plain.toLowerCase());
  return ({ machine, symbols }) => {
    const address = symbols.address(name);
    if (register !== undefined && (address === undefined || name !== plain))
      return register.read(machine) | 0;
    if (address !== undefined) return address | 0;
    throw new ExpressionError(`"${name}" is no register and no symbol of this program`);
  };
}

function memory(width: number, address: Evaluate): Evaluate {
  return (scope) => {
    const at = address(scope) >>> 0;
    const bytes = peek(scope.machine, at, width);
    if (bytes.length < width) throw new ExpressionError(`${hex(at)} is not mapped now`);
    return bytes.reduceRight((value, byte) => (value << 8) | byte, 0);
  };
}
