/** A statement as it was read, before parsing: its text and its place. */
import type { Oddity } from './oddities.ts';

export interface Statement {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Offset of `text` in `source`, from 0. */
  readonly column: number;
  /** The statement, with comments replaced by blanks. */
  readonly text: string;
  /** The whole line, for messages: as written (or as a macro expanded it), but safe to show on a screen. */
  readonly source: string;
  /** The first odd character. After an error, the rest of the line is left out. */
  readonly oddity?: Oddity;
  /** The use that it comes from, if it is in a macro or an included file. */
  readonly via?: Via;
}

export interface Via {
  /** "in macro `push`, used here", for messages. */
  readonly what: string;
  readonly kind: 'macro' | 'include';
  readonly at: Statement;
}

/** The statement in the file that this one comes from: where its outermost macro is used. */
export function outermost(statement: Statement): Statement {
  let at = statement;
  while (at.via?.kind === 'macro') at = at.via.at;
  return at;
}
