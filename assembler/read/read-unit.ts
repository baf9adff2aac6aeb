/** Reads one source file into a unit. After an error in a statement, the next statements are still read. */
import type { DirectiveContext } from '../directives/directive.ts';
import { type Diagnostics, SourceProblem } from '../diagnostics.ts';
import { SourceUnit } from '../object/unit.ts';
import { OpenComment, scan } from '../source/scan.ts';
import type { Statement } from '../source/statement.ts';
import { ReadLimit, Reader } from './reader.ts';
import { runStatement } from './run-statement.ts';
import { withEquivalents } from './substitute.ts';

export interface UnitSource {
  readonly name: string;
  readonly text: string;
  /** Conditional branches to make long, by number. */
  readonly long: ReadonlySet<number>;
  readonly readFile: (path: string, from: string) => Uint8Array;
}

/** Reads a file. Errors are added to `diagnostics`. */
export function readUnit(source: UnitSource, diagnostics: Diagnostics): SourceUnit {
  const unit = new SourceUnit(source.name, source.long);
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
  const context: DirectiveContext = { unit, reader, diagnostics, readFile };
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

function readAll(context: DirectiveContext): void {
  const { unit, reader, diagnostics } = context;
  try {
    for (let statement = reader.next(); statement !== undefined; statement = reader.next()) {
      readStatement(context, statement);
      if (diagnostics.isFull) throw new ReadLimit(0, 'there are too many errors: the rest is not read');
    }
  } catch (problem) {
    if (!(problem instanceof ReadLimit)) throw problem;
    unit.incomplete = true;
    diagnostics.error(unit.statement, problem.at, problem.message, problem.hint);
  }
}

function readStatement(context: DirectiveContext, written: Statement): void {
  const { unit, reader, diagnostics } = context;
  const statement = diagnostics.guard(written, () => withEquivalents(written, reader.equivalents)) ?? written;
  unit.statement = statement;
  unit.here();
  const { section, offset } = unit.place;
  diagnostics.guard(statement, () => runStatement(context, statement));
  const end = section === unit.section || section.size > offset ? section.size : offset;
  unit.lines.push({ statement, section, from: offset, to: end });
}
