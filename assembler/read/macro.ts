/** Macros: parameters, arguments, and the text they give (GNU `as` manual, ".macro"). */
import { SourceProblem } from '../diagnostics.ts';
import { shown } from '../source/bytes.ts';
import { splitLine } from '../source/scan.ts';
import type { Statement, Via } from '../source/statement.ts';
import { didYouMean } from '../suggest.ts';

export interface Parameter {
  readonly name: string;
  readonly preset: string | undefined;
  readonly kind: 'plain' | 'req' | 'vararg';
}

export interface Macro {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
}

/** Longest statement that substitution may make. */
const MAX_LENGTH = 100_000;

/** Reads `name a, b=3, c:req, rest:vararg`. `at` is where `text` stands. Throws SourceProblem. */
export function parseMacroHead(text: string, at: number): { name: string; parameters: Parameter[] } {
  const [, space = '', name = '', rest = ''] = /^(\s*)([\w.$]*)\s*,?(.*)$/s.exec(text) ?? [];
  if (name === '') throw new SourceProblem(at, '`.macro` needs a name', 'as in `.macro push reg`');
  const parameters: Parameter[] = [];
  const pattern = /\s*([\w.$]+)\s*(?::\s*(\w+))?\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^,\s]*))?\s*,?/y;
  while (pattern.lastIndex < rest.trimEnd().length) {
    const from = pattern.lastIndex;
    const found = pattern.exec(rest);
    const column = at + space.length + name.length + from;
    if (found === null)
      throw new SourceProblem(
        column,
        'cannot read this parameter',
        'a parameter is `name`, `name=default`, `name:req` or `name:vararg`',
      );
    const [, parameter = '', kind = 'plain', preset] = found;
    if (kind !== 'plain' && kind !== 'req' && kind !== 'vararg') {
      throw new SourceProblem(column, `a parameter cannot be \`${kind}\``, 'it is plain, `req` or `vararg`');
    }
    parameters.push({ name: parameter, kind, preset: preset === undefined ? undefined : unquote(preset) });
  }
  return { name, parameters };
}

/** The arguments of a macro's use, by parameter. Throws SourceProblem; `at` is where `text` stands. */
export function bindArguments(macro: Macro, text: string, at: number): Map<string, string> {
  const values = new Map<string, string>();
  let position = 0;
  for (const argument of splitArguments(text)) {
    const named = /^([\w.$]+)\s*=(?!=)\s*(.*)$/s.exec(argument.text);
    const byName = named && macro.parameters.find((parameter) => parameter.name === named[1]);
    if (byName) {
      values.set(byName.name, unquote(named[2] ?? ''));
      continue;
    }
    const parameter = macro.parameters[position];
    position++;
    if (parameter === undefined) throw tooMany(macro, at + argument.at, named?.[1]);
    if (parameter.kind === 'vararg') {
      values.set(parameter.name, text.slice(argument.at).trim());
      break;
    }
    if (argument.text !== '') values.set(parameter.name, unquote(argument.text));
  }
  return withPresets(macro, values, at);
}

function tooMany(macro: Macro, at: number, named: string | undefined): SourceProblem {
  const names = macro.parameters.map((parameter) => parameter.name);
  const hint =
    (named && didYouMean(named, names)) ?? `write \`${[macro.name, names.join(', ')].join(' ').trim()}\``;
  return new SourceProblem(
    at,
    `macro \`${macro.name}\` takes ${names.length} argument${names.length === 1 ? '' : 's'}`,
    hint,
  );
}

function withPresets(macro: Macro, values: Map<string, string>, at: number): Map<string, string> {
  for (const { name, kind, preset } of macro.parameters) {
    if (values.has(name)) continue;
    if (kind === 'req') throw new SourceProblem(at, `macro \`${macro.name}\` needs its argument \`${name}\``);
    values.set(name, preset ?? '');
  }
  return values;
}

export interface Argument {
  /** Offset in the text. */
  readonly at: number;
  readonly text: string;
}

/** Splits at commas, and at blanks between words; not inside strings or parentheses. */
export function splitArguments(text: string): Argument[] {
  const found: Argument[] = [];
  let depth = 0;
  let from = 0;
  const take = (to: number): void => {
    const piece = text.slice(from, to);
    found.push({ at: from + piece.length - piece.trimStart().length, text: piece.trim() });
  };
  const token = /"(?:[^"\\]|\\.)*"?|'(?:\\.|[^\\])'?|\s+|./gsu;
  for (const { 0: piece, index } of text.matchAll(token)) {
    if ('([{'.includes(piece)) depth++;
    else if (')]}'.includes(piece)) depth = Math.max(0, depth - 1);
    else if (depth === 0 && (piece === ',' || separates(text, piece, index, from))) {
      take(index);
      from = index + piece.length;
    }
  }
  if (text.slice(from).trim() !== '' || found.length > 0) take(text.length);
  return found;
}

const wordEnd = /[\w.$")\]]/;
const wordStart = /[\w.$"\\%]/;

/** Whether a blank stands between two words, rather than around an operator or comma. */
function separates(text: string, piece: string, index: number, from: number): boolean {
  if (piece.trim() !== '') return false;
  const before = text[index - 1] ?? ' ';
  const after = text[index + piece.length] ?? ' ';
  return index > from && wordEnd.test(before) && wordStart.test(after);
}

function unquote(text: string): string {
  return /^"(?:[^"\\]|\\.)*"$/s.test(text) ? text.slice(1, -1) : text;
}

/** The body with `\name` replaced by its value, `\@` by `unique` and `\()` by nothing. Throws SourceProblem. */
export function substitute(
  body: readonly Statement[],
  values: ReadonlyMap<string, string>,
  unique: number,
  via?: Via,
): Statement[] {
  return body.flatMap((statement) => {
    const text = replaceAll(statement.text, values, unique);
    const from = via ?? statement.via;
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

function replaceAll(text: string, values: ReadonlyMap<string, string>, unique: number): string {
  if (!text.includes('\\')) return text;
  const result = text.replace(
    /\\(?:(@)|(\(\))|([A-Za-z_.$][\w.$]*))/g,
    (whole, at, nothing, name: string) => {
      if (at !== undefined) return String(unique);
      if (nothing !== undefined) return '';
      return longest(name, values) ?? whole;
    },
  );
  if (result.length > MAX_LENGTH) {
    throw new SourceProblem(0, `this macro makes a statement of more than ${MAX_LENGTH} characters`);
  }
  return result;
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
