/** Reads the operands of directives. For a wrong operand, the error tells what was expected. */
import { SourceProblem } from '../diagnostics.ts';
import { expressionOf } from '../instructions/emit.ts';
import { countMessage } from '../instructions/instruction.ts';
import { bind, type Bound } from '../object/bound.ts';
import { evaluateNow } from '../object/evaluate.ts';
import type { SourceUnit } from '../object/unit.ts';
import { quotedSymbol } from '../syntax/parse.ts';
import type { WrittenOperand } from '../syntax/tree.ts';
import type { RawUse, Use } from './directive.ts';

/** Throws SourceProblem unless there are `least` to `most` operands. `syntax` shows the right ones. */
export function expectCount(use: Use, least: number, most: number, syntax: string): void {
  const count = use.operands.length;
  if (count >= least && count <= most) return;
  throw new SourceProblem(
    use.at,
    countMessage(use.name, count),
    `write \`${`${use.name} ${syntax}`.trim()}\``,
  );
}

/** A part of a directive's text between commas, without blanks around it; `at` is its offset in the statement. */
export interface ArgumentText {
  readonly at: number;
  readonly text: string;
}

/** Splits the text after a directive's name at its commas. Empty if there is no text. */
export function pieces(use: RawUse): ArgumentText[] {
  const found: ArgumentText[] = [];
  let depth = 0;
  let from = use.rest;
  const take = (to: number): void => {
    const text = use.text.slice(from, to);
    found.push({ at: from + text.length - text.trimStart().length, text: text.trim() });
    from = to + 1;
  };
  for (const { 0: token, index } of use.text.matchAll(/"(?:[^"\\]|\\.)*"?|'(?:\\.|[^\\])|[(),]/gsu)) {
    if (index < use.rest) continue;
    if (token === '(') depth++;
    else if (token === ')') depth--;
    else if (token === ',' && depth === 0) take(index);
  }
  if (found.length > 0 || use.text.slice(from).trim() !== '') take(use.text.length);
  return found;
}

/** The operand as a bound expression. Throws SourceProblem. */
export function boundOperand(unit: SourceUnit, operand: WrittenOperand): Bound {
  if (
    operand.kind === 'expression' ||
    operand.kind === 'string' ||
    (operand.kind === 'memory' && operand.offset === undefined)
  ) {
    return bind(expressionOf(operand), unit);
  }
  throw unlike('a number or an address', operand, operand.at);
}

/** The error for an operand that is missing or is not what was expected. */
function unlike(expected: string, operand: WrittenOperand | undefined, at: number): SourceProblem {
  if (operand?.kind === 'missing')
    return new SourceProblem(operand.at, `expected ${expected} after this comma`);
  const found = operand === undefined ? '' : `, found \`${operand.text}\``;
  return new SourceProblem(operand?.at ?? at, `expected ${expected}${found}`);
}

/** The operand as a number whose value is known here. Throws SourceProblem. */
export function numberOperand(unit: SourceUnit, operand: WrittenOperand): number {
  return Number(evaluateNow(boundOperand(unit, operand)));
}

/** The operand as a number of `min` to `max`. Throws SourceProblem. */
export function rangedOperand(
  unit: SourceUnit,
  operand: WrittenOperand,
  min: number,
  max: number,
  what: string,
): number {
  const value = numberOperand(unit, operand);
  if (value >= min && value <= max) return value;
  throw new SourceProblem(operand.at, `${value} is out of range for ${what}: ${min} to ${max}`);
}

/** The operand as a symbol's name. Throws SourceProblem. */
export function nameOperand(operand: WrittenOperand | undefined, at: number): string {
  if (operand?.kind === 'expression' && operand.expression.kind === 'symbol') return operand.expression.name;
  if (operand?.kind === 'string') return quotedSymbol(operand.bytes, operand.at);
  throw unlike('a name', operand, at);
}

/** The operand as a string's bytes. Throws SourceProblem. */
export function stringOperand(operand: WrittenOperand | undefined, at: number): Uint8Array {
  if (operand?.kind === 'string') return operand.bytes;
  const { at: place, message } = unlike('a string in double quotes', operand, at);
  const isWord = operand?.kind === 'expression' && operand.expression.kind === 'symbol';
  throw new SourceProblem(place, message, isWord ? `write \`"${operand.text}"\`` : undefined);
}
