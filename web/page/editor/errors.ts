/** The assembler's errors and warnings as the editor shows them. */
import type { Diagnostic as Shown } from '@codemirror/lint';
import type { Text } from '@codemirror/state';
import type { Diagnostic } from '../../../assembler/index.ts';

/** Places in the main file; what is about another file stands at the line that includes it. */
export function shownIn(
  doc: Text,
  file: string,
  found: readonly Diagnostic[],
  severity: Shown['severity'],
): Shown[] {
  return found.map((diagnostic) => {
    const via = diagnostic.via?.find((use) => use.file === file);
    const isHere = diagnostic.file === file;
    const number = Math.min(Math.max(isHere ? diagnostic.line : (via?.line ?? 1), 1), doc.lines);
    const line = doc.line(number);
    const from = Math.min(isHere ? line.from + diagnostic.column - 1 : line.from, line.to);
    const word = /^[\w.$]+/.exec(doc.sliceString(from, line.to))?.[0].length ?? 1;
    const place = isHere ? '' : `${diagnostic.file}:${diagnostic.line}: `;
    const hint = diagnostic.hint === undefined ? '' : `\n${diagnostic.hint}`;
    return {
      from,
      to: isHere ? Math.min(line.to, from + word) : line.to,
      severity,
      message: `${place}${diagnostic.message}${hint}`,
    };
  });
}
