/**
 * Parses plain statements without the grammar. A plain statement has labels, a name, and operands that are names, numbers,
 * `%hi(name)` and the like, any of these followed by `(name)`, and strings. Nearly every statement is plain, and the
 * grammar takes many times as long, most of all before the host has compiled it. The grammar parses every statement that
 * is not plain or that has an error. The tests compare every tree that is made here with the grammar's tree.
 */
import { unescaped } from './escapes.ts';
import type { WrittenExpression, Label, WrittenOperand, Parsed } from './tree.ts';

const name = String.raw`[A-Za-z_.$][\w.$]*`;
const number = String.raw`0x[\dA-Fa-f]+|0|[1-9]\d*`;
const relocation = String.raw`%(?<kind>[A-Za-z_][\w-]*)\((?<inner>${name})\)`;
const expression = `(?<text>(?<symbol>${name})|(?<minus>-?)(?<digits>${number})|${relocation})`;
const string = String.raw`"(?:[^"\\]|\\.)*"`;
const blanks = String.raw`[ \t]*`;

const label = new RegExp(`(?<name>${name}|\\d+)${blanks}:${blanks}`, 'y');
const operation = new RegExp(`(?<name>${name})(?:[ \\t]+|$)`, 'y');
const operand = new RegExp(
  `(?:${expression}(?:\\((?<base>${name})\\))?|(?<quoted>${string}))${blanks}(?:(?<comma>,)${blanks}|$)`,
  'y',
);

/** The groups of all patterns. */
type Group = 'name' | 'text' | 'symbol' | 'minus' | 'digits' | 'kind' | 'inner' | 'base' | 'quoted' | 'comma';

interface Found {
  readonly length: number;
  readonly groups: { readonly [group in Group]?: string };
}

/** The match of `pattern` that begins at offset `from`; undefined if there is none. */
function find(pattern: RegExp, text: string, from: number): Found | undefined {
  pattern.lastIndex = from;
  const found = pattern.exec(text);
  return found === null ? undefined : { length: found[0].length, groups: found.groups ?? {} };
}

/** The tree of a plain statement; undefined if the statement is not plain. */
export function plainStatement(text: string): Parsed | undefined {
  let at = text.search(/[^ \t]|$/);
  const labels: Label[] = [];
  for (let found = find(label, text, at); found; found = find(label, text, at)) {
    labels.push({ at, name: found.groups.name as string });
    at += found.length;
  }
  if (at === text.length) return { labels, body: undefined };
  const found = find(operation, text, at);
  const operands = found && plainOperands(text, at + found.length);
  if (operands === undefined) return undefined;
  return { labels, body: { kind: 'operation', at, name: found?.groups.name as string, operands } };
}

/** The operands in `text` from offset `from` on; undefined if one of them is not plain. */
function plainOperands(text: string, from: number): WrittenOperand[] | undefined {
  const operands: WrittenOperand[] = [];
  for (let at = from, more = at < text.length; more; ) {
    const found = find(operand, text, at);
    if (found === undefined) return undefined;
    operands.push(operandOf(found, at));
    at += found.length;
    more = found.groups.comma !== undefined;
  }
  return operands;
}

function operandOf({ groups }: Found, at: number): WrittenOperand {
  const { text, base, quoted = '' } = groups;
  if (text === undefined) return { kind: 'string', at, text: quoted, bytes: unescaped(quoted.slice(1, -1)) };
  const expression = expressionOf(groups, at);
  if (base === undefined) return { kind: 'expression', at, text, expression };
  const named = { at: at + text.length + 1, name: base };
  return { kind: 'memory', at, text: `${text}(${base})`, offset: expression, base: named };
}

function expressionOf(
  { symbol, minus, digits = '', kind = '', inner }: Found['groups'],
  at: number,
): WrittenExpression {
  if (symbol !== undefined) return { kind: 'symbol', at, name: symbol };
  if (inner !== undefined) {
    const operand = { kind: 'symbol', at: at + `%${kind}(`.length, name: inner } as const;
    return { kind: 'relocation', at, name: kind, operand };
  }
  const value = BigInt(digits);
  if (minus === '') return { kind: 'number', at, value };
  return { kind: 'unary', at, operator: '-', operand: { kind: 'number', at: at + 1, value } };
}
