/**
 * Finds the first word of a statement before it is parsed. This is enough to find macros, conditions and the ends of
 * blocks.
 */

export interface Head {
  /** Labels before it, as written: `foo: 1:`. */
  readonly labels: string;
  /** Directives in lower case. */
  readonly name: string;
  /** Offset of the name. */
  readonly at: number;
  /** Offset of the text after the name. */
  readonly rest: number;
}

const label = String.raw`(?:[\w.$\u{80}-\u{10ffff}]+|"(?:[^"\\]|\\.)*")\s*:`;
const word = String.raw`[A-Za-z_.$\u{80}-\u{10ffff}][\w.$\u{80}-\u{10ffff}]*`;
const pattern = new RegExp(String.raw`^(\s*(?:${label}\s*)*)(${word})(?=\s|$)`, 'su');
const labels = new RegExp(String.raw`^\s*(?:${label}\s*)*`, 'su');

/** The head of a statement; undefined if it has only labels, or if it cannot be read. */
export function headOf(text: string): Head | undefined {
  const found = pattern.exec(text);
  if (found === null) return undefined;
  const [, before = '', name = ''] = found;
  const rest = before.length + name.length;
  return { labels: before, name: name.startsWith('.') ? name.toLowerCase() : name, at: before.length, rest };
}

/** The labels at the begin of a statement, as written. The rest of the statement need not be readable. */
export function labelsBefore(text: string): string {
  return labels.exec(text)?.[0] ?? '';
}
