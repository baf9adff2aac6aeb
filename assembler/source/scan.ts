/**
 * Splits lines into statements at `;`. Comments are replaced by blanks, so that columns do not change.
 *
 * A comment goes from `#` or `//` to the end of the line, or, as in C, from `/*` to its
 * mirror image, which may be on a later line. So GCC's line markers and `#APP` are comments too.
 */
import { SourceProblem } from '../diagnostics.ts';
import { shown } from './bytes.ts';
import { LineScanner, type StatementText } from './line-scanner.ts';
import type { Statement, Via } from './statement.ts';

/** Thrown if a comment has no end. `line` is where it began, from 1 on. */
export class OpenComment extends SourceProblem {
  readonly line: number;
  readonly source: string;

  constructor(line: number, at: number, source: string) {
    super(at, 'this comment never ends', 'close it with `*/`');
    this.line = line;
    this.source = source;
  }
}

const special = /["'#;/]|[^\t -~]/;

/** The statements of a file, blank ones left out. Throws OpenComment. */
export function scan(file: string, text: string, via?: Via): Statement[] {
  const statements: Statement[] = [];
  const scanner = new LineScanner(text.split(/(\r\n|\n|\r)/));
  const context = via === undefined ? { file } : { file, via };
  for (let line = 1; scanner.isLine(line); line++) {
    const source = scanner.lineAt(line);
    if (!scanner.inComment && !special.test(source)) {
      if (source.trim() !== '') statements.push({ ...context, line, column: 0, text: source, source });
      continue;
    }
    const { pieces, whole, last } = scanner.pieces(line);
    for (const piece of pieces) statements.push({ ...context, ...piece, line, source: shown(whole) });
    line = last;
  }
  finish(scanner);
  return statements;
}

/** The statements of one line of text that a macro expanded. Throws OpenComment. */
export function splitLine(text: string): readonly StatementText[] {
  if (!special.test(text)) return [{ column: 0, text }];
  const scanner = new LineScanner([text]);
  const { pieces } = scanner.pieces(1);
  finish(scanner);
  return pieces;
}

function finish({ inComment, opened }: LineScanner): void {
  if (inComment) throw new OpenComment(opened.line, opened.at, shown(opened.source));
}
