/** A statement as it was read, before parsing: its text, and where it stands. */
import type { Oddity } from './oddities.ts';

export interface Statement {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Offset of `text` in `source`, from 0. */
  readonly column: number;
  /** The statement, its comments blanked. */
  readonly text: string;
  /** The whole line, for messages: as written (or as a macro expanded it), but safe to show on a screen. */
  readonly source: string;
  /** The first odd character; what follows on the line is left out. */
  readonly oddity?: Oddity;
  /** How it came here, when it is from a macro or an included file. */
  readonly via?: Via;
}

export interface Via {
  /** "in macro `push`, used here", for messages. */
  readonly what: string;
  readonly kind: 'macro' | 'include';
  readonly at: Statement;
}

/** The statement in the file itself that gave rise to this one: where its outermost macro is used. */
export function outermost(statement: Statement): Statement {
  let at = statement;
  while (at.via?.kind === 'macro') at = at.via.at;
  return at;
}
