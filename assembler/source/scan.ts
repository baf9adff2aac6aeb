/**
 * Lines to statements: comments are blanked (so columns stay), `;` separates.
 *
 * Comments are `#` and `//` to the end of the line and C's between `/*` and its
 * mirror image, also over several lines. GCC's line markers and `#APP` are comments by this rule too.
 */
import { SourceProblem } from '../diagnostics.ts';
import type { Statement, Via } from './statement.ts';

/** Thrown when a comment has no end; `line` is where it began (from 1). */
export class OpenComment extends SourceProblem {
  readonly line: number;
  readonly source: string;

  constructor(line: number, at: number, source: string) {
    super(at, 'this comment never ends', 'close it with `*/`');
    this.line = line;
    this.source = source;
  }
}

const special = /["'#;/]/;

/** The statements of a file, blank ones left out. Throws OpenComment. */
export function scan(file: string, text: string, via?: Via): Statement[] {
  const statements: Statement[] = [];
  const scanner = new LineScanner();
  const context = via === undefined ? { file } : { file, via };
  text.split(/\r\n|\n|\r/).forEach((source, index) => {
    const line = index + 1;
    if (!scanner.inComment && !special.test(source)) {
      if (source.trim() !== '') statements.push({ ...context, line, column: 0, text: source, source });
      return;
    }
    for (const piece of scanner.pieces(source, line)) {
      statements.push({ ...context, line, column: piece.column, text: piece.text, source });
    }
  });
  scanner.finish();
  return statements;
}

interface Piece {
  readonly column: number;
  readonly text: string;
}

/** The statements of one line of text that a macro expanded. */
export function splitLine(text: string): Piece[] {
  if (!special.test(text)) return [{ column: 0, text }];
  const scanner = new LineScanner();
  const pieces = scanner.pieces(text, 1);
  scanner.finish();
  return pieces;
}

/** Splits line after line; remembers whether a comment is open. */
class LineScanner {
  inComment = false;
  private opened = { line: 0, at: 0, source: '' };
  private kept = '';
  private start = 0;
  private found: Piece[] = [];

  pieces(source: string, line: number): Piece[] {
    this.kept = '';
    this.start = 0;
    this.found = [];
    let at = 0;
    while (at < source.length) at = this.step(source, at, line);
    this.close();
    return this.found;
  }

  finish(): void {
    if (this.inComment) throw new OpenComment(this.opened.line, this.opened.at, this.opened.source);
  }

  /** Consumes one token at `at`; returns where the next begins. */
  private step(source: string, at: number, line: number): number {
    if (this.inComment) {
      const end = source.indexOf('*/', at);
      this.inComment = end < 0;
      return this.blank(source, at, end < 0 ? source.length : end + 2);
    }
    const here = source[at] as string;
    if (here === '#' || source.startsWith('//', at)) return this.blank(source, at, source.length);
    if (source.startsWith('/*', at)) {
      this.inComment = true;
      this.opened = { line, at, source };
      return this.blank(source, at, at + 2);
    }
    if (here === ';') {
      this.close();
      this.start = at + 1;
      return at + 1;
    }
    const end = here === '"' ? stringEnd(source, at) : here === "'" ? characterEnd(source, at) : at + 1;
    this.kept += source.slice(at, end);
    return end;
  }

  private blank(source: string, from: number, to: number): number {
    this.kept += source.slice(from, to).replace(/[^\t]/g, ' ');
    return to;
  }

  /** Ends the statement that is being kept. */
  private close(): void {
    if (this.kept.trim() !== '') this.found.push({ column: this.start, text: this.kept.trimEnd() });
    this.kept = '';
  }
}

/** Past the closing quote of the string at `at`, or the line's end. */
function stringEnd(source: string, at: number): number {
  let end = at + 1;
  while (end < source.length && source[end] !== '"') end += source[end] === '\\' ? 2 : 1;
  return Math.min(end + 1, source.length);
}

/** Past the character constant at `at`: `'c'`, `'\n'`, or GNU's `'c`. */
function characterEnd(source: string, at: number): number {
  const end = at + (source[at + 1] === '\\' ? 3 : 2);
  return Math.min(source[end] === "'" ? end + 1 : end, source.length);
}
