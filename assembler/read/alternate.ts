/**
 * The alternate macro syntax (GNU `as` manual, ".altmacro"): arguments `%expression` and `<text>`, in which `!`
 * makes the next character literal; parameters without a backslash; `LOCAL` names.
 */
import { SourceProblem } from '../diagnostics.ts';
import { bind } from '../object/bound.ts';
import { evaluateNow } from '../object/evaluate.ts';
import type { SourceUnit } from '../object/unit.ts';
import { expressionOf } from '../instructions/emit.ts';
import type { Statement } from '../source/statement.ts';
import { parseOperands } from '../syntax/parse.ts';
import { type Argument, splitArguments } from './macro.ts';

/**
 * The arguments in `text` from offset `from` on, with expressions computed and brackets removed. Throws
 * SourceProblem.
 */
export function alternateArguments(text: string, from: number, unit: SourceUnit): Argument[] {
  const { plain, texts } = withoutBrackets(text, from);
  return splitArguments(plain.slice(from)).map(({ at, text: written }) => {
    if (written.startsWith('%')) return { at, text: computed(plain, from + at, written, unit), isText: true };
    return { at, text: texts.get(from + at) ?? written, isText: true };
  });
}

/**
 * Replaces each `<text>` that begins an argument by a word of the same length, so that arguments are not split inside
 * it.
 */
function withoutBrackets(text: string, from: number): { plain: string; texts: Map<number, string> } {
  const texts = new Map<number, string>();
  let plain = text;
  for (const { 0: before, index } of text.matchAll(/(?:^|[\s,])(?=<)/g)) {
    const start = index + before.length;
    if (start < from || plain[start] !== '<') continue;
    const end = closing(text, start);
    texts.set(start, text.slice(start + 1, end).replace(/!(.)/g, '$1'));
    plain = plain.slice(0, start) + '_'.repeat(end + 1 - start) + plain.slice(end + 1);
  }
  return { plain, texts };
}

/**
 * The offset at which the bracket at `start` is closed. Inner brackets are counted, but not a bracket after `!`.
 * Throws SourceProblem.
 */
function closing(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '!') at++;
    else if (text[at] === '<') depth++;
    else if (text[at] === '>' && --depth === 0) return at;
  }
  throw new SourceProblem(start, 'this text never ends', 'close it with `>`');
}

/** The value of the `%expression` at `at`, in decimal. */
function computed(text: string, at: number, written: string, unit: SourceUnit): string {
  const [operand] = parseOperands(text.slice(0, at + written.length), at + 1);
  if (operand === undefined || (operand.kind !== 'expression' && operand.kind !== 'memory'))
    throw new SourceProblem(at, '`%` needs an expression', 'as in `%n+1`');
  return String(evaluateNow(bind(expressionOf(operand), unit)));
}

/** A body without its `LOCAL` statements, and for each name in them a new name for this use. */
export function withLocals(
  body: readonly Statement[],
  values: ReadonlyMap<string, string>,
  unit: SourceUnit,
): { body: readonly Statement[]; values: ReadonlyMap<string, string> } {
  const all = new Map(values);
  const rest = body.filter(({ text }) => {
    const names = /^\s*local\s+(.*)$/is.exec(text)?.[1];
    for (const name of names?.match(/[\w.$]+/g) ?? [])
      all.set(name, `.LL${unit.nextUnique().toString(16).padStart(4, '0')}`);
    return names === undefined;
  });
  return { body: rest, values: all };
}
