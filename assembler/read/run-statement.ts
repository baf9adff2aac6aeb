/** Executes one statement: its labels, then a macro, a directive, an instruction or an assignment. */
import { SourceProblem } from '../diagnostics.ts';
import type { DirectiveContext, RawUse } from '../directives/directive.ts';
import { isFrameInformation } from '../directives/other.ts';
import { assign } from '../directives/symbols.ts';
import { parsedDirectives, rawDirectives } from '../directives/table.ts';
import { emitInstruction } from '../instructions/instruction.ts';
import { bind } from '../object/bound.ts';
import type { Statement } from '../source/statement.ts';
import { parseStatement } from '../syntax/parse.ts';
import type { StatementBody, Label, Parsed } from '../syntax/tree.ts';
import { type Head, headOf, labelsBefore } from './head.ts';
import { alternateArguments, withLocals } from './alternate.ts';
import { bindArguments, type Macro, splitArguments } from './macro.ts';
import { substitute } from './substitute.ts';
import { unknownName } from './unknown.ts';

/** Runs a statement in its context. Throws SourceProblem. */
export function runStatement(context: DirectiveContext, statement: Statement): void {
  try {
    run(context, statement);
  } catch (problem) {
    if (!(problem instanceof SourceProblem) || problem.fatal || !isProse(statement, problem)) throw problem;
    const hint = '`;` begins another statement; a comment begins with `#`';
    throw new SourceProblem(problem.at, problem.message, hint);
  }
}

/** Whether the text after a `;` is probably a comment, as in other assemblers, and not a statement with a mistake. */
function isProse({ source, column, text }: Statement, problem: SourceProblem): boolean {
  if (source[column - 1] !== ';' || !/\S\s+\S|'/.test(text)) return false;
  return !text.includes(',') || problem.hint === undefined;
}

function run(context: DirectiveContext, statement: Statement): void {
  const { text } = statement;
  if (context.reader.isActive()) tellOddity(context, statement);
  const head = headOf(text);
  const raw = head && rawRunner(context, head);
  if (raw) {
    if (context.reader.isActive()) defineLabels(context, head.labels);
    raw({ name: head.name, at: head.at, text, rest: head.rest });
    return;
  }
  const { labels, body } = parse(context, text, head);
  for (const label of labels) defineLabel(context, label);
  if (body !== undefined) runBody(context, body);
}

/** Gives a warning about an odd character, or throws SourceProblem. */
function tellOddity(context: DirectiveContext, { text, oddity }: Statement): void {
  if (oddity === undefined) return;
  const { at, severity, message, hint } = oddity;
  if (severity === 'warning') {
    context.diagnostics.warn(context.unit.statement, at, message, hint);
    return;
  }
  defineLabels(context, labelsBefore(text.slice(0, at)));
  throw new SourceProblem(at, message, hint);
}

/**
 * Parses a statement. If this fails, its labels still count, and an unknown first word is reported instead of the
 * other error.
 */
function parse(context: DirectiveContext, text: string, head: Head | undefined): Parsed {
  try {
    return parseStatement(text);
  } catch (problem) {
    if (!(problem instanceof SourceProblem) || head === undefined) throw problem;
    defineLabels(context, head.labels);
    const isAssignment = /^\s*=/.test(text.slice(head.rest));
    throw (
      (isAssignment ? undefined : unknownName(context, head.name, head.at, text.slice(head.rest))) ?? problem
    );
  }
}

/** Defines a label. An error about a second definition must not hide other errors of the statement. */
function defineLabel({ unit, diagnostics }: DirectiveContext, label: Label): void {
  diagnostics.guard(unit.statement, () => unit.label(label.name, label.at));
}

function defineLabels(context: DirectiveContext, labels: string): void {
  for (const label of parseStatement(labels).labels) defineLabel(context, label);
}

/** The macro or raw directive that reads the statement's text itself; undefined if there is none. */
function rawRunner(context: DirectiveContext, head: Head): ((use: RawUse) => void) | undefined {
  const macro = context.reader.macros.get(head.name.toLowerCase());
  if (macro !== undefined) return (use) => runMacro(context, macro, use);
  const directive = rawDirectives.get(head.name);
  if (directive !== undefined) return (use) => directive(context, use);
  return isFrameInformation(head.name) ? () => {} : undefined;
}

function runMacro({ unit, reader }: DirectiveContext, macro: Macro, use: RawUse): void {
  const text = use.text.slice(use.rest);
  const isAlternate = reader.isAlternate;
  const written = isAlternate ? alternateArguments(use.text, use.rest, unit) : splitArguments(text);
  const bound = bindArguments(macro, written, text, use.rest);
  const { body, values } = isAlternate
    ? withLocals(macro.body, bound, unit)
    : { body: macro.body, values: bound };
  const via = { kind: 'macro', what: `in macro \`${macro.name}\`, used`, at: unit.statement } as const;
  reader.push('macro', substitute(body, { values, unique: unit.nextMacroUse(), isAlternate, via }));
}

function runBody(context: DirectiveContext, body: StatementBody): void {
  const { unit } = context;
  if (body.kind === 'assignment') {
    assign(unit, body.name, body.at, bind(body.value, unit), body.once);
    return;
  }
  const { name, at, operands } = body;
  const unknown = unknownName(context, name, at, unit.statement.text.slice(at + name.length));
  if (unknown !== undefined) throw unknown;
  const directive = parsedDirectives.get(name.toLowerCase());
  if (directive !== undefined) {
    directive(context, { name: name.toLowerCase(), at, operands });
    return;
  }
  warnMisaligned(context, at);
  emitInstruction(unit, name, operands, at);
}

/** Warns if an instruction is not at a multiple of four, which can happen after data. */
function warnMisaligned({ unit, diagnostics }: DirectiveContext, at: number): void {
  if (unit.section.size % 4 === 0 || unit.section.misaligned) return;
  unit.section.misaligned = true;
  diagnostics.warn(
    unit.statement,
    at,
    'this instruction is not at a multiple of 4 bytes, and cannot be executed there',
    'put `.align 2` before it',
  );
}
