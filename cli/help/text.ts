/** A page of help as lines for a terminal. */
import type { Example } from './sheets.ts';
import type { Item, ItemList, Page } from './page.ts';

/** Columns that every help fits. */
const columns = 80;

/** The widest name that stands beside its text; the text of a wider one begins on the next line. */
const widestTerm = 26;

/** How headings are shown. */
export type Emphasis = (heading: string) => string;

export function formatPage(page: Page, emphasis: Emphasis): string {
  const { summary, note, usage, lists, examples, statuses } = page;
  const meanings = statuses.map(([term, text]) => ({ term, text }));
  const parts = [
    wrap(`Usage: ${usage}`, 0, 7).replace('Usage:', emphasis('Usage:')),
    wrap(summary),
    ...(note === undefined ? [] : [wrap(note)]),
    ...formatExamples(examples, emphasis),
    ...lists.map((list) => formatList(list, emphasis)),
    ...(meanings.length === 0 ? [] : [formatList({ heading: 'Exit status:', items: meanings }, emphasis)]),
    ...(page.path.length > 1
      ? []
      : [`${emphasis('Topics:')} ringlab help exit-statuses, variants, strategies or images`]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function formatExamples(examples: readonly Example[], emphasis: Emphasis): string[] {
  if (examples.length === 0) return [];
  const lines = examples.map(({ does, line }) => `${wrap(`${does}:`, 2)}\n    ${line}`);
  return [[emphasis('Examples:'), ...lines].join('\n')];
}

/** Names and their texts, in two columns. */
export function formatList({ heading, items }: ItemList, emphasis: Emphasis): string {
  const width = Math.min(widestTerm, Math.max(...items.map(({ term }) => term.length)));
  return [emphasis(heading), ...items.map((item) => formatItem(item, width))].join('\n');
}

function formatItem({ term, text }: Item, width: number): string {
  const indent = width + 4;
  const lines = wrap(text, indent);
  const first = `  ${term}`;
  if (text === '') return first;
  return term.length > width ? `${first}\n${lines}` : first.padEnd(indent) + lines.slice(indent);
}

/** Text as lines of at most 80 columns, the first indented by `indent`, the others by `hanging`. */
export function wrap(text: string, indent = 0, hanging = indent): string {
  const lines: string[] = [];
  let line = ' '.repeat(indent);
  let begun = false;
  for (const word of text.split(' ')) {
    if (begun && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = ' '.repeat(hanging);
      begun = false;
    }
    line += begun ? ` ${word}` : word;
    begun = true;
  }
  return [...lines, line].join('\n');
}
