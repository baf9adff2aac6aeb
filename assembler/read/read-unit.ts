/** Reads one source file into a unit: every statement, whatever is wrong with the others. */
import { parsedDirectives, rawDirectives, directiveNames } from '../directives/table.ts';
import type { Context, RawUse } from '../directives/directive.ts';
import { isFrameInformation } from '../directives/other.ts';
import { assign } from '../directives/symbols.ts';
import { type Diagnostics, SourceProblem } from '../diagnostics.ts';
import { emitInstruction } from '../instructions/instruction.ts';
import { allForms } from '../instructions/forms.ts';
import { bind } from '../object/bound.ts';
import { Unit } from '../object/unit.ts';
import { OpenComment, scan } from '../source/scan.ts';
import type { Statement } from '../source/statement.ts';
import { didYouMean } from '../suggest.ts';
import { parseStatement } from '../syntax/parse.ts';
import type { Body, Label } from '../syntax/tree.ts';
import { headOf, type Head } from './head.ts';
import { bindArguments, type Macro, substitute } from './macro.ts';
import { ReadLimit, Reader } from './reader.ts';

export interface UnitSource {
  readonly name: string;
  readonly text: string;
  /** Conditional branches to make long, by number. */
  readonly long: ReadonlySet<number>;
  readonly readFile: (path: string, from: string) => Uint8Array;
}

/** Reads a file. What is wrong goes to `diagnostics`. */
export function readUnit(source: UnitSource, diagnostics: Diagnostics): Unit {
  const unit = new Unit(source.name, source.long);
  const reader = new Reader((condition) => {
    diagnostics.error(condition.statement, 0, 'this condition never ends', 'close it with `.endif`');
  });
  const readFile = (path: string, at: number): Uint8Array => {
    try {
      return source.readFile(path, unit.statement.file);
    } catch (error) {
      throw new SourceProblem(at, `cannot read \`${path}\`: ${(error as Error).message}`);
    }
  };
  const context: Context = { unit, reader, diagnostics, readFile };
  try {
    reader.push('file', scan(source.name, source.text));
  } catch (problem) {
    if (!(problem instanceof OpenComment)) throw problem;
    const { line, source: text } = problem;
    diagnostics.error(
      { file: source.name, line, column: 0, text, source: text },
      problem.at,
      problem.message,
      problem.hint,
    );
    return unit;
  }
  readAll(context);
  return unit;
}

function readAll(context: Context): void {
  const { unit, reader, diagnostics } = context;
  try {
    for (let statement = reader.next(); statement !== undefined; statement = reader.next()) {
      readStatement(context, statement);
    }
  } catch (problem) {
    if (!(problem instanceof ReadLimit)) throw problem;
    diagnostics.error(unit.statement, problem.at, problem.message, problem.hint);
  }
}

function readStatement(context: Context, statement: Statement): void {
  const { unit, diagnostics } = context;
  unit.statement = statement;
  unit.here();
  const { section, offset } = unit.place;
  diagnostics.guard(statement, () => runStatement(context, statement.text));
  const end = section === unit.section || section.size > offset ? section.size : offset;
  unit.lines.push({ statement, section, from: offset, to: end });
}

function runStatement(context: Context, text: string): void {
  const head = headOf(text);
  const raw = head && rawRunner(context, head);
  if (raw) {
    for (const label of labelsOf(head)) context.unit.label(label.name, label.at);
    raw({ name: head.name, at: head.at, text, rest: head.rest });
    return;
  }
  const { labels, body } = parseStatement(text);
  for (const label of labels) defineLabel(context, label);
  if (body !== undefined) runBody(context, body);
}

/** A second definition must not hide what else is wrong in the statement. */
function defineLabel({ unit, diagnostics }: Context, label: Label): void {
  diagnostics.guard(unit.statement, () => unit.label(label.name, label.at));
}

/** What reads the statement's own text, if anything does: a macro or a raw directive. */
function rawRunner(context: Context, head: Head): ((use: RawUse) => void) | undefined {
  const macro = context.reader.macros.get(head.name);
  if (macro !== undefined) return (use) => runMacro(context, macro, use);
  const directive = rawDirectives.get(head.name);
  if (directive !== undefined) return (use) => directive(context, use);
  return isFrameInformation(head.name) ? () => {} : undefined;
}

function labelsOf(head: Head): Label[] {
  return [...head.labels.matchAll(/([^\s:]+)\s*:/g)].map((found) => ({
    at: found.index,
    name: found[1] ?? '',
  }));
}

function runMacro({ unit, reader }: Context, macro: Macro, use: RawUse): void {
  const values = bindArguments(macro, use.text.slice(use.rest), use.rest);
  const via = { kind: 'macro', what: `in macro \`${macro.name}\`, used`, at: unit.statement } as const;
  reader.push('macro', substitute(macro.body, values, unit.nextMacroUse(), via));
}

function runBody(context: Context, body: Body): void {
  const { unit, reader } = context;
  if (body.kind === 'assignment') {
    assign(unit, body.name, body.at, bind(body.value, unit), body.once);
    return;
  }
  const { name, at, operands } = body;
  if (!name.startsWith('.')) {
    warnMisaligned(context, at);
    emitInstruction(unit, name, operands, at, () => [
      ...reader.macros.keys(),
      ...directiveNames.map((word) => word.slice(1)),
    ]);
    return;
  }
  const directive = parsedDirectives.get(name.toLowerCase());
  if (directive === undefined) throw unknownDirective(context, name, at);
  directive(context, { name: name.toLowerCase(), at, operands });
}

function unknownDirective({ reader }: Context, name: string, at: number): SourceProblem {
  const plain = name.slice(1);
  const meant =
    allForms().has(plain) || reader.macros.has(plain)
      ? `did you mean \`${plain}\`, without the dot?`
      : undefined;
  return new SourceProblem(
    at,
    `there is no directive \`${name}\``,
    meant ?? didYouMean(name, directiveNames),
  );
}

/** Instructions are fetched from multiples of four; data before them may have spoiled that. */
function warnMisaligned({ unit, diagnostics }: Context, at: number): void {
  if (unit.section.size % 4 === 0 || unit.section.misaligned) return;
  unit.section.misaligned = true;
  diagnostics.warn(
    unit.statement,
    at,
    'this instruction is not at a multiple of 4 bytes, and cannot be run there',
    'put `.align 2` before it',
  );
}
