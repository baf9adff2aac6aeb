/** The first word of a statement, before it is parsed: enough to find macros, conditions and block ends. */

export interface Head {
  /** Labels before it, as written: `foo: 1:`. */
  readonly labels: string;
  /** Directives in lower case. */
  readonly name: string;
  /** Offset of the name. */
  readonly at: number;
  /** Offset of what follows the name. */
  readonly rest: number;
}

const label = String.raw`(?:[\w.$\u{80}-\u{10ffff}]+|"(?:[^"\\]|\\.)*")\s*:`;
const word = String.raw`[A-Za-z_.$\u{80}-\u{10ffff}][\w.$\u{80}-\u{10ffff}]*`;
const pattern = new RegExp(String.raw`^(\s*(?:${label}\s*)*)(${word})(?=\s|$)`, 'su');
const labels = new RegExp(String.raw`^\s*(?:${label}\s*)*`, 'su');

/** The head of a statement, or undefined when it has none (only labels, or something unreadable). */
export function headOf(text: string): Head | undefined {
  const found = pattern.exec(text);
  if (found === null) return undefined;
  const [, before = '', name = ''] = found;
  const rest = before.length + name.length;
  return { labels: before, name: name.startsWith('.') ? name.toLowerCase() : name, at: before.length, rest };
}

/** The labels that a statement begins with, as written, also when the rest is unreadable. */
export function labelsBefore(text: string): string {
  return labels.exec(text)?.[0] ?? '';
}
