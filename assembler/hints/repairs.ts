/** Guesses what was meant if operands do not fit: another order, another spelling, a related instruction. */
import { registerNumbers } from '../../isa/table/registers.ts';
import { addImmediate, subtraction } from '../instructions/meaning.ts';
import type { WrittenExpression, WrittenOperand } from '../syntax/tree.ts';

/** Whether an instruction of that name takes these operands. */
export type Fits = (name: string, operands: readonly WrittenOperand[]) => boolean;

/** Instructions that are often confused, apart from those whose names begin in the same way. */
const kin: Readonly<Record<string, readonly string[]>> = {
  mv: ['li', 'la', 'lw', 'sw'],
  move: ['li', 'la', 'lw', 'sw'],
  li: ['mv', 'lw'],
  la: ['mv', 'li'],
  call: ['jalr'],
  tail: ['jr'],
  jump: ['j', 'jr'],
};

/** Two names are related if one of them is the other plus at most so many letters. */
const SUFFIX = 2;

/** A hint with a similar statement that is correct; undefined if none was found. */
export function repairHint(
  name: string,
  operands: readonly WrittenOperand[],
  names: readonly string[],
  fits: Fits,
): string | undefined {
  for (const other of orders(operands)) {
    if (fits(name, other)) return `write the operands in this order: ${written(name, other)}`;
  }
  for (const [other, why] of respelt(operands)) {
    if (fits(name, other)) return `${why}: ${written(name, other)}`;
  }
  const opposite = operands.at(-1);
  if (name === subtraction.name && opposite && fits(addImmediate.name, operands))
    return `to subtract a number, add its negative: ${written(addImmediate.name, operands.with(-1, { ...opposite, text: negated(opposite.text) }))}`;
  const sibling = [...(kin[name] ?? []), ...siblings(name, names)].find((other) => fits(other, operands));
  return sibling === undefined
    ? undefined
    : `\`${sibling}\` takes such operands: ${written(sibling, operands)}`;
}

function negated(text: string): string {
  return text.startsWith('-') ? text.slice(1) : /^\w+$/.test(text) ? `-${text}` : `-(${text})`;
}

/** The statement with these operands, in backquotes. */
export function written(name: string, operands: readonly WrittenOperand[]): string {
  return `\`${[name, operands.map(({ text }) => text).join(', ')].join(' ').trim()}\``;
}

function siblings(name: string, names: readonly string[]): string[] {
  return names
    .filter((other) => other !== name && Math.abs(other.length - name.length) <= SUFFIX)
    .filter((other) => other.startsWith(name) || name.startsWith(other))
    .sort((one, other) => Math.abs(one.length - name.length) - Math.abs(other.length - name.length));
}

/** The operands in every other order; empty if there are more than three operands. */
function orders(operands: readonly WrittenOperand[]): WrittenOperand[][] {
  const [a, b, c] = operands;
  if (a === undefined || b === undefined || operands.length > 3) return [];
  if (c === undefined) return [[b, a]];
  return [
    [a, c, b],
    [b, a, c],
    [b, c, a],
    [c, a, b],
    [c, b, a],
  ];
}

type Respelt = readonly [operands: WrittenOperand[], why: string];

const anAddress = 'an address in memory is an offset and a register';

/**
 * Other spellings of the operands, with reasons: a comma added, an address written as `4(sp)`, a register without
 * parentheses.
 */
function respelt(operands: readonly WrittenOperand[]): Respelt[] {
  const changes = operands.flatMap((operand, n): Respelt[] => {
    const change = (other: WrittenOperand): WrittenOperand[] => operands.with(n, other);
    const memory = memoryOf(operand);
    const bare = bareRegister(operand);
    const next = operands[n + 1];
    const pair = next && (joined(operand, next) ?? joined(next, operand));
    const apart = partsOf(operand);
    return [
      ...(apart ? [[operands.toSpliced(n, 1, ...apart), 'a comma is missing'] as const] : []),
      ...(memory ? [[change(memory), anAddress] as const] : []),
      ...(bare ? [[change(bare), 'a register has no parentheses here'] as const] : []),
      ...(pair ? [[change(pair).toSpliced(n + 1, 1), anAddress] as const] : []),
    ];
  });
  return [...changes, ...withScratch(operands)];
}

/** The operands of a store to a name, with the additional register that it needs. */
function withScratch(operands: readonly WrittenOperand[]): Respelt[] {
  const last = operands.at(-1);
  if (last?.kind !== 'expression' || last.expression.kind !== 'symbol' || isRegister(last.expression))
    return [];
  return [
    [[...operands, symbolOperand('t0', 0)], 'a store to a name needs one more register, for its address'],
  ];
}

/** `a0 -5` as `a0` and `-5`, and `a0 (sp)` as `a0` and `(sp)`. */
function partsOf(operand: WrittenOperand): [WrittenOperand, WrittenOperand] | undefined {
  const [, first, second = ''] = /^([\w.$]+)\s+([-(].*)$/s.exec(operand.text) ?? [];
  if (first === undefined || !registerNumbers.has(first)) return undefined;
  const at = operand.at + operand.text.length - second.length;
  if (operand.kind === 'memory')
    return [symbolOperand(first, operand.at), { ...operand, text: second, offset: undefined }];
  if (operand.kind !== 'expression' || operand.expression.kind !== 'binary') return undefined;
  const { right } = operand.expression;
  const negative = { kind: 'unary', at, operator: '-', operand: right } as const;
  return [symbolOperand(first, operand.at), { kind: 'expression', at, text: second, expression: negative }];
}

function symbolOperand(name: string, at: number): WrittenOperand {
  return { kind: 'expression', at, text: name, expression: { kind: 'symbol', at, name } };
}

function isRegister(expression: WrittenExpression): expression is WrittenExpression & { kind: 'symbol' } {
  return expression.kind === 'symbol' && registerNumbers.has(expression.name);
}

/** `a0` as `0(a0)`, and `a0+4` as `4(a0)`. */
function memoryOf(operand: WrittenOperand): WrittenOperand | undefined {
  if (operand.kind !== 'expression') return undefined;
  const { expression } = operand;
  if (isRegister(expression)) return memory(operand.at, 0n, expression.name);
  if (expression.kind !== 'binary' || !isRegister(expression.left) || expression.right.kind !== 'number')
    return undefined;
  const { value } = expression.right;
  if (expression.operator === '+') return memory(operand.at, value, expression.left.name);
  return expression.operator === '-' ? memory(operand.at, -value, expression.left.name) : undefined;
}

function memory(at: number, offset: bigint, name: string): WrittenOperand {
  const expression = { kind: 'number', at, value: offset } as const;
  return { kind: 'memory', at, text: `${offset}(${name})`, offset: expression, base: { at, name } };
}

/** `(a0)` as `a0`. */
function bareRegister(operand: WrittenOperand): WrittenOperand | undefined {
  const isBare = operand.kind === 'memory' && operand.offset === undefined;
  return isBare ? symbolOperand(operand.base.name, operand.at) : undefined;
}

/** `4, sp` as `4(sp)`. */
function joined(offset: WrittenOperand, base: WrittenOperand): WrittenOperand | undefined {
  if (offset.kind !== 'expression' || base.kind !== 'expression') return undefined;
  if (!isRegister(base.expression) || isRegister(offset.expression)) return undefined;
  const { name } = base.expression;
  return {
    kind: 'memory',
    at: offset.at,
    text: `${offset.text}(${name})`,
    offset: offset.expression,
    base: { at: base.at, name },
  };
}
