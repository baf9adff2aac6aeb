/**
 * Splits one line after another at `;`. It remembers whether a comment is open. A string may continue on the next
 * line.
 */
import { type Oddity, oddCharacter, oddInString } from './oddities.ts';

/** A statement's text, and the offset in the line at which it begins. */
export interface StatementText {
  readonly column: number;
  readonly text: string;
  readonly oddity?: Oddity;
}

/** The statements of a line. */
export interface Pieces {
  readonly pieces: readonly StatementText[];
  /** The line, together with the following lines if a string continues on them. */
  readonly whole: string;
  /** The number of the last of these lines. */
  readonly last: number;
}

/** The most characters of a string that is not closed in its line. */
const LONGEST_STRING = 10_000;

export class LineScanner {
  inComment = false;
  /** Where the open comment began. */
  opened = { line: 0, at: 0, source: '' };
  /** Lines at even indices, and their line ends at odd indices. */
  private readonly parts: readonly string[];
  private source = '';
  private last = 0;
  private text = '';
  private start = 0;
  private oddity: Oddity | undefined;
  private found: StatementText[] = [];

  constructor(parts: readonly string[]) {
    this.parts = parts;
  }

  /** Whether there is a line with that number, from 1 on. */
  isLine(line: number): boolean {
    return 2 * line - 2 < this.parts.length;
  }

  lineAt(line: number): string {
    return this.parts[2 * line - 2] as string;
  }

  /** The statements of a line. */
  pieces(line: number): Pieces {
    this.source = this.lineAt(line);
    this.last = line;
    this.text = '';
    this.start = 0;
    this.oddity = undefined;
    this.found = [];
    let at = 0;
    while (at < this.source.length) at = this.step(at, line);
    this.close();
    return { pieces: this.found, whole: this.source, last: this.last };
  }

  /** Consumes one token at `at`; returns where the next begins. */
  private step(at: number, line: number): number {
    const { source } = this;
    if (this.inComment) {
      const end = source.indexOf('*/', at);
      this.inComment = end < 0;
      return this.blank(at, end < 0 ? source.length : end + 2);
    }
    const here = source[at] as string;
    if (here === '#' || source.startsWith('//', at)) return this.blank(at, source.length);
    if (source.startsWith('/*', at)) {
      this.inComment = true;
      this.opened = { line, at, source };
      return this.blank(at, at + 2);
    }
    if (here === ';') {
      this.close();
      this.start = at + 1;
      return at + 1;
    }
    if (here === '\f' || here === '\v') return this.blank(at, at + 1);
    if (here === '"') return this.take(at, this.stringEnd(at), oddInString);
    if (here === "'") return this.take(at, characterEnd(source, at), oddInString);
    const end = at + String.fromCodePoint(source.codePointAt(at) as number).length;
    return this.take(at, end, oddCharacter);
  }

  private take(from: number, to: number, odd: typeof oddInString | typeof oddCharacter): number {
    const piece = this.source.slice(from, to);
    this.text += piece;
    const said: { message: string; hint: string; at?: number } | undefined = odd(piece);
    if (said !== undefined) this.note(from + (said.at ?? 0), 'error', said.message, said.hint);
    return to;
  }

  private blank(from: number, to: number): number {
    this.text += this.source.slice(from, to).replace(/[^\t]/g, ' ');
    return to;
  }

  /** Records an odd character. Only the first error of a statement is kept, or else the first warning. */
  private note(at: number, severity: Oddity['severity'], message: string, hint: string): void {
    const isFirst = this.oddity === undefined || (this.oddity.severity === 'warning' && severity === 'error');
    if (isFirst) this.oddity = { at: at - this.start, severity, message, hint };
  }

  /**
   * Ends a statement. After a statement with an error, the rest of the line is left out, because it is probably wrong
   * too.
   */
  private close(): void {
    const { start: column, oddity } = this;
    const text = this.text.trimEnd();
    if (text.trim() !== '' && !this.follows()) this.found.push({ column, text, ...(oddity && { oddity }) });
    this.text = '';
    this.oddity = undefined;
  }

  /** Whether this follows, on the same line, a statement with an error. */
  private follows(): boolean {
    return this.found.at(-1)?.oddity?.severity === 'error';
  }

  /**
   * The offset past the closing quote of the string at `at`. If the string continues, joins the next lines to
   * `source`.
   */
  private stringEnd(at: number): number {
    const end = closingQuote(this.source, at + 1);
    if (end !== undefined) return end;
    if (this.oddity?.severity === 'error' || this.follows()) return this.source.length;
    const joined = this.joined(at);
    if (joined === undefined) {
      this.note(at, 'error', 'this string never ends', 'close it with `"`');
      return this.source.length;
    }
    this.note(
      at,
      'warning',
      'this string continues on the next line; the line end becomes part of it',
      'close it with `"` in its line, with `\\n` for a new line; strings beside each other are joined',
    );
    this.source = joined.source;
    this.last = joined.last;
    return closingQuote(this.source, at + 1) ?? this.source.length;
  }

  /**
   * The line together with the following lines up to the closing quote, with line ends as GNU `as` puts them into the string.
   * Undefined if the next quote does not look like a closing one.
   */
  private joined(at: number): { source: string; last: number } | undefined {
    let { source } = this;
    for (let line = this.last + 1; this.isLine(line) && source.length - at < LONGEST_STRING; line++) {
      const lineEnd = this.parts[2 * line - 3] === '\r\n' ? '\r\\n' : '\\n';
      source += lineEnd + this.lineAt(line);
      const end = closingQuote(source, at + 1);
      if (end === undefined) continue;
      return /^\s*(?:$|[,;#]|\/[/*])/.test(source.slice(end)) ? { source, last: line } : undefined;
    }
    return undefined;
  }
}

/** The offset past the quote that closes the string whose contents begin at `from`. */
function closingQuote(source: string, from: number): number | undefined {
  for (let at = from; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === '"') return at + 1;
  }
  return undefined;
}

/** The offset past the character constant at `at`: `'c'`, `'\n'`, or GNU's `'c`. */
function characterEnd(source: string, at: number): number {
  const inside = source[at + 1] === '\\' ? at + 2 : at + 1;
  const end = inside + String.fromCodePoint(source.codePointAt(inside) ?? 0).length;
  return Math.min(source[end] === "'" ? end + 1 : end, source.length);
}
