/**
 * Plain statements, which need no grammar: labels, a name, and operands that are names, numbers, `%hi(name)`
 * and the like, those with `(name)` behind, and strings. Nearly all of a program is plain, and the grammar
 * takes many times as long to read it, most of all while the host has not compiled it yet. It stays the
 * judge: what is not plain goes there, what is wrong too, and the tests hold every tree made here against
 * its own.
 */
import { unescaped } from './escapes.ts';
import type { Expression, Label, Operand, Parsed } from './tree.ts';

const name = String.raw`[A-Za-z_.$][\w.$]*`;
const number = String.raw`0x[\dA-Fa-f]+|0|[1-9]\d*`;
const relocation = String.raw`%([A-Za-z_][\w-]*)\((${name})\)`;
const string = String.raw`"(?:[^"\\]|\\.)*"`;
const blanks = String.raw`[ \t]*`;

const label = new RegExp(`(${name}|\\d+)${blanks}:${blanks}`, 'y');
const operation = new RegExp(`(${name})(?:[ \\t]+|$)`, 'y');
const expression = `((${name})|(-?)(${number})|${relocation})`;
const operand = new RegExp(
  `(?:${expression}(?:\\((${name})\\))?|(${string}))${blanks}(?:(,)${blanks}|$)`,
  'y',
);

/** What `pattern` finds at `from`, and nowhere else. */
function find(pattern: RegExp, text: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from;
  return pattern.exec(text);
}

/** The tree of a plain statement; undefined when it is not one. */
export function plainStatement(text: string): Parsed | undefined {
  let at = text.search(/[^ \t]|$/);
  const labels: Label[] = [];
  for (let found = find(label, text, at); found !== null; found = find(label, text, at)) {
    labels.push({ at, name: found[1] as string });
    at += found[0].length;
  }
  if (at === text.length) return { labels, body: undefined };
  const found = find(operation, text, at);
  if (found === null) return undefined;
  const operands = plainOperands(text, at + found[0].length);
  return operands && { labels, body: { kind: 'operation', at, name: found[1] as string, operands } };
}

/** The operands that are all of `text` from `from`; undefined when one is not plain. */
function plainOperands(text: string, from: number): Operand[] | undefined {
  const operands: Operand[] = [];
  for (let at = from, more = at < text.length; more; ) {
    const found = find(operand, text, at);
    if (found === null) return undefined;
    operands.push(operandOf(found, at));
    at += found[0].length;
    more = found.at(-1) !== undefined;
  }
  return operands;
}

function operandOf(found: RegExpExecArray, at: number): Operand {
  const [, text, , , , , , base, quoted] = found;
  if (text === undefined) {
    const written = quoted as string;
    return { kind: 'string', at, text: written, bytes: unescaped(written.slice(1, -1)) };
  }
  const expression = expressionOf(found, at);
  if (base === undefined) return { kind: 'expression', at, text, expression };
  const named = { at: at + text.length + 1, name: base };
  return { kind: 'memory', at, text: `${text}(${base})`, offset: expression, base: named };
}

function expressionOf([, , name, minus, digits, kind, inner]: RegExpExecArray, at: number): Expression {
  if (name !== undefined) return { kind: 'symbol', at, name };
  if (inner !== undefined) {
    const operand = { kind: 'symbol', at: at + `%${kind}(`.length, name: inner } as const;
    return { kind: 'relocation', at, name: kind as string, operand };
  }
  const value = BigInt(digits as string);
  if (minus === '') return { kind: 'number', at, value };
  return { kind: 'unary', at, operator: '-', operand: { kind: 'number', at: at + 1, value } };
}
