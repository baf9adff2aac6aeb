/** The sources of statements: a file, a macro's body, a round of a repetition. */
import type { Statement } from '../source/statement.ts';

/** An open `.if`. */
export interface Condition {
  /** The `.if` statement, for the message if it is never closed. */
  readonly statement: Statement;
  /** Statements are read now, not skipped. */
  active: boolean;
  /** No further branch may be read, because one was read already or the whole condition is skipped. */
  taken: boolean;
  inElse: boolean;
}

export interface SourceFrame {
  readonly kind: 'file' | 'macro' | 'repeat';
  statements: readonly Statement[];
  index: number;
  readonly conditions: Condition[];
  /** The statements of the next round, if there is one. */
  readonly nextRound?: () => readonly Statement[] | undefined;
}

export function frame(
  kind: SourceFrame['kind'],
  statements: readonly Statement[],
  nextRound?: SourceFrame['nextRound'],
): SourceFrame {
  const base = { kind, statements, index: 0, conditions: [] };
  return nextRound === undefined ? base : { ...base, nextRound };
}
