/** Parses the text of a statement to its tree (tree.ts), with the grammar's semantics. */
import type { FailedMatchResult, MatchResult, Node, Semantics } from 'ohm-js';
import { SourceProblem } from '../diagnostics.ts';
import { characterValue, unescaped } from './escapes.ts';
import { assemblyGrammar } from './grammar.ts';
import { plainStatement } from './plain.ts';
import { type Infix, shape } from './precedence.ts';
import { syntaxProblem } from './syntax-problem.ts';
import type {
  BinaryOperator,
  StatementBody,
  WrittenExpression,
  Label,
  WrittenOperand,
  Parsed,
  UnaryOperator,
} from './tree.ts';

/** The offset of a node in the statement. */
function at(node: Node): number {
  return node.source.startIdx;
}

function parts<T>(iteration: Node): T[] {
  return iteration.children.map((child) => child.tree() as T);
}

function operandOf(expressionNode: Node, baseNode: Node): WrittenOperand {
  const expression = expressionNode.tree() as WrittenExpression;
  const start = at(expressionNode);
  const base = baseNode.children[0]?.tree() as { at: number; name: string } | undefined;
  const text = (expressionNode.sourceString + (baseNode.sourceString ?? '')).trim();
  if (base !== undefined) return { kind: 'memory', at: start, text, offset: expression, base };
  if (expression.kind === 'symbol' && text.startsWith('(')) {
    return { kind: 'memory', at: start, text, offset: undefined, base: expression };
  }
  return { kind: 'expression', at: start, text, expression };
}

function termOf(prefixes: Node, primary: Node): WrittenExpression {
  return prefixes.children.reduceRight<WrittenExpression>(
    (operand, prefix) => ({
      kind: 'unary',
      at: at(prefix),
      operator: prefix.sourceString[0] as UnaryOperator,
      operand,
    }),
    primary.tree() as WrittenExpression,
  );
}

function expressionOf(first: Node, operators: Node, rest: Node): WrittenExpression {
  const head = first.tree() as WrittenExpression;
  if (operators.children.length === 0) return head;
  const infixes: Infix[] = operators.children.map((node) => ({
    at: at(node),
    operator: node.sourceString as BinaryOperator,
  }));
  return shape([head, ...parts<WrittenExpression>(rest)], infixes);
}

/** The value of the digits at `start`. They are octal if they begin with 0. Throws SourceProblem for 08. */
function digitsValue(text: string, start: number): bigint {
  if (!/^0\d/.test(text)) return BigInt(text);
  if (/^[0-7]+$/.test(text)) return BigInt(`0o${text.slice(1)}`);
  throw new SourceProblem(start, `\`${text}\` begins with 0, but is not an octal number`);
}

function number(node: Node, value: bigint): WrittenExpression {
  return { kind: 'number', at: at(node), value };
}

/** The name of a symbol written in quotes. It may have any characters, but at least one. Throws SourceProblem. */
export function quotedSymbol(bytes: Uint8Array, start: number): string {
  const name = new TextDecoder().decode(bytes);
  if (name === '' || name.includes('\0'))
    throw new SourceProblem(start, 'this cannot be the name of a symbol', 'a name has one character or more');
  return name;
}

function concatenated(strings: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(strings.flatMap((bytes) => [...bytes]));
}

function operationOf(name: Node, operands: Node): StatementBody {
  const list = (operands.children[0]?.tree() as WrittenOperand[] | undefined) ?? [];
  return { kind: 'operation', at: at(name), name: name.sourceString, operands: list };
}

function buildSemantics(): Semantics {
  return assemblyGrammar()
    .createSemantics()
    .addOperation<unknown>('tree', {
      statement: (_, labels, body, _sp, _end): Parsed => ({
        labels: parts<Label>(labels),
        body: body.children[0]?.tree() as StatementBody | undefined,
      }),
      onlyOperands: (_, operands, _sp, _end) => operands.tree(),
      label: (name, _sp, _colon, _sp2): Label => ({ at: at(name), name: name.tree() as string }),
      assignment: (name, _sp, _equals, again, _sp2, value): StatementBody => ({
        kind: 'assignment',
        at: at(name),
        name: name.tree() as string,
        once: again.children.length > 0,
        value: value.tree() as WrittenExpression,
      }),
      operation: (name, _blank, _sp, operands) => operationOf(name, operands),
      operands_none: (_end): WrittenOperand[] => [],
      operands_some: (first, _sp, _comma, _sp2, rest): WrittenOperand[] => [
        first.tree() as WrittenOperand,
        ...parts<WrittenOperand>(rest),
      ],
      missing(_ahead): WrittenOperand {
        return { kind: 'missing', at: at(this), text: '' };
      },
      keyword(_mark, word): WrittenOperand {
        return { kind: 'keyword', at: at(this), text: this.sourceString, name: word.sourceString };
      },
      lone: (inside, _ahead1, _ahead2): WrittenOperand => {
        const text = inside.sourceString;
        const start = at(inside);
        const isName = inside.ctorName === 'name';
        const expression: WrittenExpression = isName
          ? { kind: 'symbol', at: start, name: text }
          : { kind: 'number', at: start, value: digitsValue(text, start) };
        return { kind: 'expression', at: start, text, expression };
      },
      plain: (expression, base) => operandOf(expression, base),
      base: (_sp, _open, _sp2, name, _sp3, _close) => ({ at: at(name), name: name.sourceString }),
      expression: (first, _sp, operators, _sp2, rest) => expressionOf(first, operators, rest),
      term: (prefixes, primary) => termOf(prefixes, primary),
      group: (_open, _sp, expression, _sp2, _close) => expression.tree() as WrittenExpression,
      relocation(_percent, word, _sp, _open, _sp2, operand, _sp3, _close): WrittenExpression {
        const name = word.sourceString;
        return { kind: 'relocation', at: at(this), name, operand: operand.tree() as WrittenExpression };
      },
      symbol: (name, _suffix): WrittenExpression => ({
        kind: 'symbol',
        at: at(name),
        name: name.tree() as string,
      }),
      name(_first, _rest) {
        return this.sourceString;
      },
      digits(_digits) {
        return this.sourceString;
      },
      quotedName(quoted): string {
        return quotedSymbol(quoted.tree() as Uint8Array, at(this));
      },
      quoted: (_open, inside, _close): Uint8Array => unescaped(inside.sourceString),
      hex(_mark, _digits) {
        return number(this, BigInt(this.sourceString.toLowerCase()));
      },
      binary(_mark, _digits) {
        return number(this, BigInt(this.sourceString.toLowerCase()));
      },
      numericReference: (label, way): WrittenExpression => ({
        kind: 'numeric',
        at: at(label),
        label: label.sourceString,
        forward: way.sourceString === 'f',
      }),
      plainDigits(digits) {
        return number(this, digitsValue(digits.sourceString, at(this)));
      },
      character(_quote, inside, _end) {
        return number(this, characterValue(inside.sourceString));
      },
      string(first, _sp, rest, _ahead1, _ahead2): WrittenOperand {
        const strings = [first.tree() as Uint8Array, ...parts<Uint8Array>(rest)];
        const bytes = strings.length === 1 ? (strings[0] as Uint8Array) : concatenated(strings);
        return { kind: 'string', at: at(this), text: this.sourceString, bytes };
      },
    });
}

let semantics: Semantics | undefined;

function treeOf(match: MatchResult): unknown {
  semantics ??= buildSemantics();
  return semantics(match).tree();
}

/**
 * The trees of statements that were parsed before, because programs repeat statements, most of all in macros. Trees
 * are immutable.
 */
const seen = new Map<string, Parsed>();
const SEEN_LIMIT = 20_000;

/** The tree of one statement. Throws SourceProblem, which tells what was expected. */
export function parseStatement(text: string): Parsed {
  const known = seen.get(text);
  if (known !== undefined) return known;
  const parsed = plainStatement(text) ?? grammarStatement(text);
  if (seen.size >= SEEN_LIMIT) seen.clear();
  seen.set(text, parsed);
  return parsed;
}

/** The tree of any statement, parsed with the grammar. Throws SourceProblem. */
export function grammarStatement(text: string): Parsed {
  const match = assemblyGrammar().match(text, 'statement');
  if (match.failed()) throw syntaxProblem(match as FailedMatchResult, text);
  return treeOf(match) as Parsed;
}

/** The operands in `text` from offset `from` on. Throws SourceProblem. */
export function parseOperands(text: string, from: number): readonly WrittenOperand[] {
  const blanked = ' '.repeat(from) + text.slice(from);
  const match = assemblyGrammar().match(blanked, 'onlyOperands');
  if (match.failed()) throw syntaxProblem(match as FailedMatchResult, blanked);
  return treeOf(match) as WrittenOperand[];
}
