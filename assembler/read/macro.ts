/** Macros: parameters and arguments (GNU `as` manual, ".macro"). substitute.ts puts the arguments into the body. */
import { SourceProblem } from '../diagnostics.ts';
import type { Statement } from '../source/statement.ts';
import { didYouMean } from '../suggest.ts';

export interface Parameter {
  readonly name: string;
  readonly preset: string | undefined;
  readonly kind: 'plain' | 'req' | 'vararg';
}

export interface Macro {
  /** As written. A macro is found in small and capital letters. */
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
}

/** Reads `name a, b=3, c:req, rest:vararg`. `at` is the offset of `text` in the statement. Throws SourceProblem. */
export function parseMacroHead(text: string, at: number): { name: string; parameters: Parameter[] } {
  const [, space = '', name = '', rest = ''] = /^(\s*)([\w.$]*)\s*,?(.*)$/s.exec(text) ?? [];
  if (name === '') throw new SourceProblem(at, '`.macro` needs a name', 'as in `.macro push reg`');
  const parameters: Parameter[] = [];
  const pattern = /\s*([\w.$]+)\s*(?::\s*(\w+))?\s*(?:=\s*("(?:[^"\\]|\\.)*"|<(?:!.|[^>])*>|[^,\s]*))?\s*,?/y;
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

/**
 * The values of a macro's parameters, from the written arguments. `text` is the text of the arguments, and `at` its offset
 * in the statement. Throws SourceProblem.
 */
export function bindArguments(
  macro: Macro,
  written: readonly Argument[],
  text: string,
  at: number,
): Map<string, string> {
  const values = new Map<string, string>();
  let position = 0;
  for (const argument of written) {
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
    const value = argument.isText ? argument.text : unquote(argument.text);
    if (argument.text !== '') values.set(parameter.name, value);
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
  /** Quotation marks around the text are part of it. */
  readonly isText?: boolean;
}

/** Splits at commas, and at blanks between words, but not inside strings or parentheses. */
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

/** Whether a blank is between two words, and not beside an operator or comma. */
function separates(text: string, piece: string, index: number, from: number): boolean {
  if (piece.trim() !== '') return false;
  const before = text[index - 1] ?? ' ';
  const after = text[index + piece.length] ?? ' ';
  return index > from && wordEnd.test(before) && wordStart.test(after);
}

function unquote(text: string): string {
  return /^"(?:[^"\\]|\\.)*"$/s.test(text) ? text.slice(1, -1) : text;
}
