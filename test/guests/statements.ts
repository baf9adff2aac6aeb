/**
 * The lines of a guest's head comment that say something to the runner:
 *
 *     # expect status on ring32-x: 3
 *       `----- name -'    `variant' `value`
 *
 * What the names mean is in expectations.ts.
 */

/** One line to the runner. */
export interface Statement {
  /** `expect` or `with`, a blank, and what is spoken of. */
  readonly name: string;
  /** The variant after `on`, if there is one. */
  readonly variant: string | undefined;
  readonly value: string;
  /** Counted from 1. */
  readonly line: number;
}

/** A head comment that cannot be understood. */
export class StatementError extends Error {
  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
  }
}

const addressed = /^\s*#\s*(?:expect|with)\b/;
const statement = /^# ((?:expect|with) \w+)(?: on ([\w-]+))?: (\S.*?)\s*$/;

/** Reads them all, in order. Throws StatementError for one that is malformed or below the head. */
export function readStatements(text: string): readonly Statement[] {
  const lines = text.split('\n');
  const afterHead = lines.findIndex((line) => !line.startsWith('#'));
  return lines.flatMap((text, n) => {
    if (!addressed.test(text)) return [];
    const line = n + 1;
    if (afterHead >= 0 && n > afterHead)
      throw new StatementError(line, 'this belongs into the comment at the head of the file');
    const [, name, variant, value] = statement.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      throw new StatementError(line, 'expected `# expect NAME: VALUE`, `# with NAME: VALUE`, or other words');
    }
    return [{ name, variant, value, line }];
  });
}
