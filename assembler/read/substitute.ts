/** Puts arguments into the body of a macro or a repetition, and replaces names that `.eqv` defined. */
import { SourceProblem } from '../diagnostics.ts';
import { shown } from '../source/bytes.ts';
import { splitLine } from '../source/scan.ts';
import type { Statement, Via } from '../source/statement.ts';

/** The longest statement that substitution may produce, in characters. */
const MAX_LENGTH = 100_000;

/** One use of a body. */
export interface Expansion {
  readonly values: ReadonlyMap<string, string>;
  /** The value of `\@`. */
  readonly unique: number;
  /** Parameters may be written without a backslash. */
  readonly isAlternate: boolean;
  readonly via?: Via;
}

/** The body with `\name` replaced by its value, `\@` by a number and `\()` by nothing. Throws SourceProblem. */
export function substitute(body: readonly Statement[], use: Expansion): Statement[] {
  return body.flatMap((statement) => {
    const text = replaceAll(statement.text, use);
    const from = use.via ?? statement.via;
    const place = {
      file: statement.file,
      line: statement.line,
      ...(from === undefined ? {} : { via: from }),
    };
    if (text === statement.text) return [{ ...statement, ...place }];
    const source = shown(text);
    return splitLine(text).map((piece) => ({ ...place, ...piece, source }));
  });
}

function replaceAll(written: string, { values, unique, isAlternate }: Expansion): string {
  const text = isAlternate ? replaceBare(written, values) : written;
  if (!text.includes('\\')) return checked(text);
  const result = text.replace(
    /\\(?:(@)|(\(\))|([A-Za-z_.$][\w.$]*))/g,
    (whole, at, nothing, name: string) => {
      if (at !== undefined) return String(unique);
      if (nothing !== undefined) return '';
      return longest(name, values) ?? whole;
    },
  );
  return checked(result);
}

function checked(text: string): string {
  if (text.length <= MAX_LENGTH) return text;
  throw new SourceProblem(0, `this macro makes a statement of more than ${MAX_LENGTH} characters`);
}

/**
 * Replaces parameters in the alternate syntax. They have no backslash, and `&` joins a parameter to the text next to
 * it.
 */
function replaceBare(text: string, values: ReadonlyMap<string, string>): string {
  const pieces = text.split(/(?<![\w.$\\])([A-Za-z_.$][\w.$]*)/);
  for (let n = 1; n < pieces.length; n += 2) {
    const value = values.get(pieces[n] as string);
    if (value === undefined) continue;
    pieces[n - 1] = (pieces[n - 1] as string).replace(/&$/, '');
    pieces[n + 1] = (pieces[n + 1] as string).replace(/^&/, '');
    pieces[n] = value;
  }
  return pieces.join('');
}

/** The value of the longest beginning of `name` that is a parameter, and the rest of the name. */
function longest(name: string, values: ReadonlyMap<string, string>): string | undefined {
  for (let length = name.length; length > 0; length--) {
    const value = values.get(name.slice(0, length));
    if (value === undefined) continue;
    const whole = length === name.length || !/\w/.test(name[length] ?? '');
    if (whole) return value + name.slice(length);
  }
  return undefined;
}

/** The statement with the names of `.eqv` replaced, except in strings and characters. Throws SourceProblem. */
export function withEquivalents(statement: Statement, texts: ReadonlyMap<string, string>): Statement {
  if (texts.size === 0 || /^[^"']*\.eqv\s/i.test(statement.text)) return statement;
  const text = replaceNames(statement.text, texts);
  if (text === statement.text) return statement;
  const via = { kind: 'macro', what: 'with the names of `.eqv` replaced, written', at: statement } as const;
  return { ...statement, column: 0, text, source: shown(text), via };
}

/** The text with names replaced, except in strings and characters. */
export function replaceNames(text: string, texts: ReadonlyMap<string, string>): string {
  const token = /"(?:[^"\\]|\\.)*"|'(?:\\.|[^\\])|(?<![\w.$])[A-Za-z_.$][\w.$]*/gsu;
  return checked(text.replace(token, (word) => texts.get(word) ?? word));
}
