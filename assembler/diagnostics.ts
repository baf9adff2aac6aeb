/**
 * Errors and warnings: each has its place, the source line, a caret, and a hint.
 * Code that finds an error throws SourceProblem. The assembler adds the place, collects all errors,
 * and throws one AssemblyError at the end.
 */
import { shown } from './source/bytes.ts';
import type { Statement, Via } from './source/statement.ts';

/** Where a macro was used or a file was included, for messages about lines inside. */
export interface DiagnosticUse {
  /** How the message begins, such as "included". */
  readonly what: string;
  /** The name of the source file with the use. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** The source line, safe to show on a screen. */
  readonly source: string;
}

/** An error or a warning about a place in a source. */
export interface Diagnostic {
  /** The name of the source file. */
  readonly file: string;
  /** From 1; 0 when the message is about the whole file. */
  readonly line: number;
  /** From 1, in characters of `source`. */
  readonly column: number;
  /** The line, safe to show on a screen. */
  readonly source: string;
  /** What is wrong, in one line. */
  readonly message: string;
  /** What to write instead, if that is known. */
  readonly hint?: string;
  /** The uses of macros and includes that lead to the line, the innermost first. */
  readonly via?: readonly DiagnosticUse[];
}

/** An error at an offset of the current statement. The place in the file is added where it is caught. */
export class SourceProblem extends Error {
  readonly at: number;
  readonly hint: string | undefined;
  /** Further problems of the same statement. */
  readonly others: readonly SourceProblem[];
  /** Reading cannot continue after it. */
  readonly fatal: boolean = false;

  constructor(at: number, message: string, hint?: string, others: readonly SourceProblem[] = []) {
    super(message);
    this.at = at;
    this.hint = hint;
    this.others = others;
  }
}

/** Throws all `problems` as one, if there are any. */
export function throwProblems(problems: readonly SourceProblem[]): void {
  if (problems.length > 0) throw joinProblems(problems);
}

/** Joins `problems`, at least one, into one. */
export function joinProblems(problems: readonly SourceProblem[]): SourceProblem {
  const [first, ...others] = problems as [SourceProblem, ...SourceProblem[]];
  return new SourceProblem(first.at, first.message, first.hint, others);
}

const SHOWN = 50;

/** Thrown with all errors that were found. `message` is the whole text to print. */
export class AssemblyError extends Error {
  /** Every error found, at least one, in the order of the source. */
  readonly diagnostics: readonly Diagnostic[];
  /** The status with which a command should exit: 65, EX_DATAERR of sysexits.h. */
  readonly exitStatus = 65;

  constructor(diagnostics: readonly Diagnostic[]) {
    super(report(diagnostics));
    this.name = 'AssemblyError';
    this.diagnostics = diagnostics;
  }
}

function report(diagnostics: readonly Diagnostic[]): string {
  const shown = diagnostics.slice(0, SHOWN).map((diagnostic) => formatDiagnostic(diagnostic));
  const more = diagnostics.length - SHOWN;
  if (more > 0) shown.push(`and ${more} more error${more === 1 ? '' : 's'}`);
  return shown.join('\n');
}

/** A diagnostic as text of a few lines: place and message, the source line with a caret, the hint, and the uses around it. */
export function formatDiagnostic(diagnostic: Diagnostic, severity: 'error' | 'warning' = 'error'): string {
  const { file, line, column, source, message, hint, via = [] } = diagnostic;
  const place = line === 0 ? file : `${file}:${line}:${column}`;
  const lines = [`${place}: ${severity}: ${shown(message)}`];
  if (line !== 0) lines.push(...excerpt(source, column));
  if (hint !== undefined) lines.push(`  hint: ${shown(hint)}`);
  for (const use of via) lines.push(`  ${use.what} at ${use.file}:${use.line}: ${clip(use.source.trim())}`);
  return lines.join('\n');
}

const WIDTH = 120;

/**
 * The source line, and a caret below the column. The line of the caret keeps tabs, so that it is aligned. A long line
 * is clipped.
 */
function excerpt(source: string, column: number): [string, string] {
  const start = column > WIDTH - 20 ? column - Math.floor(WIDTH / 2) : 0;
  const shown = source.slice(start, start + WIDTH);
  const before = source.slice(start, column - 1).replace(/[^\t]/gu, ' ');
  return [`  ${shown}`, `  ${before}^`];
}

function clip(text: string): string {
  return text.length <= WIDTH ? text : `${text.slice(0, WIDTH)}…`;
}

/** The diagnostic of a message about offset `at` of `statement`. */
function diagnosticAt(statement: Statement, at: number, message: string, hint?: string): Diagnostic {
  const via = uses(statement.via);
  return {
    file: statement.file,
    line: statement.line,
    column: statement.column + at + 1,
    source: statement.source,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(via.length === 0 ? {} : { via }),
  };
}

/**
 * The uses around a statement, the innermost first. If there are more than four, only the inner two and the
 * outermost.
 */
function uses(from: Via | undefined): DiagnosticUse[] {
  const list: DiagnosticUse[] = [];
  for (let via = from; via !== undefined; via = via.at.via) {
    list.push({ what: via.what, file: via.at.file, line: via.at.line, source: via.at.source });
  }
  return list.length > 4 ? [...list.slice(0, 2), ...list.slice(-1)] : list;
}

/** The assembler stops after this many errors, because a file that is not assembly has one in every line. */
const MOST = 1000;

/** Collects the diagnostics of one assembly. */
export class Diagnostics {
  readonly errors: Diagnostic[] = [];
  readonly warnings: Diagnostic[] = [];

  /** Whether there are so many errors that more would not help. */
  get isFull(): boolean {
    return this.errors.length >= MOST;
  }

  error(statement: Statement, at: number, message: string, hint?: string): void {
    this.errors.push(diagnosticAt(statement, at, message, hint));
  }

  warn(statement: Statement, at: number, message: string, hint?: string): void {
    this.warnings.push(diagnosticAt(statement, at, message, hint));
  }

  /** Runs `work`. If it throws SourceProblem, records the errors at `statement` and returns undefined. */
  guard<T>(statement: Statement, work: () => T): T | undefined {
    try {
      return work();
    } catch (problem) {
      if (problem instanceof RangeError && problem.message.startsWith('Maximum call stack')) {
        this.error(statement, 0, 'this statement is nested too deeply');
        return undefined;
      }
      if (!(problem instanceof SourceProblem) || problem.fatal) throw problem;
      for (const { at, message, hint } of [problem, ...problem.others]) {
        this.error(statement, at, message, hint);
      }
      return undefined;
    }
  }
}
