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

const pattern =
  /^(\s*(?:(?:[\w.$\u0080-\uffff]+)\s*:\s*)*)([A-Za-z_.$\u0080-\uffff][\w.$\u0080-\uffff]*)(?=\s|$)/u;

/** The head of a statement, or undefined when it has none (only labels, or something unreadable). */
export function headOf(text: string): Head | undefined {
  const found = pattern.exec(text);
  if (found === null) return undefined;
  const [, labels = '', name = ''] = found;
  const rest = labels.length + name.length;
  return { labels, name: name.startsWith('.') ? name.toLowerCase() : name, at: labels.length, rest };
}
