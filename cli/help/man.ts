/** A page of help as a man page, in the macros of man(7), which every troff and mandoc know. */
import type { Item, ItemList, Page } from './page.ts';

/** The name of a man page without its section: `ringlab-snapshot-take`. */
export function manName({ path }: Page): string {
  return path.join('-');
}

/** `others`: the pages that it names at its end. */
export function formatManPage(page: Page, version: string, others: readonly Page[]): string {
  const { path, summary, usage, note, lists, examples, statuses } = page;
  const meanings = statuses.map(([term, text]) => ({ term, text }));
  const lines = [
    `.TH ${manName(page).toUpperCase()} 1 "" "ringlab ${version}" "ringlab"`,
    '.SH NAME',
    `${escaped(manName(page))} \\- ${escaped(lowered(summary))}`,
    '.SH SYNOPSIS',
    `.B ${escaped(path.join(' '))}`,
    line(usage.slice(path.join(' ').length).trim()),
    '.SH DESCRIPTION',
    line(`${summary}.`.replace('..', '.')),
    ...(note === undefined ? [] : ['.PP', line(note)]),
    ...(examples.length === 0 ? [] : ['.SH EXAMPLES']),
    ...examples.flatMap(({ does, line: command }, n) => [
      n === 0 ? '' : '.PP',
      line(`${does}:`),
      '.PP',
      '.RS 4',
      '.nf',
      line(command),
      '.fi',
      '.RE',
    ]),
    ...lists.flatMap(formatSection),
    ...(meanings.length === 0 ? [] : formatSection({ heading: 'Exit status:', items: meanings })),
    '.SH SEE ALSO',
    line(others.map((other) => `${manName(other)}(1)`).join(', ')),
  ];
  return `${lines.filter((one) => one !== '').join('\n')}\n`;
}

/** `Options:` is a section, `The machine:` a part of it. */
function formatSection({ heading, items }: ItemList): string[] {
  const title = heading.replace(/:$/, '');
  return [`.SH ${escaped(title.toUpperCase())}`, ...items.flatMap(formatItem)];
}

function formatItem({ term, text }: Item): string[] {
  return ['.TP', `.B ${escaped(term)}`, line(text)];
}

const lowered = (text: string) => text.slice(0, 1).toLowerCase() + text.slice(1);

/** A line of text, which begins with no request. */
function line(text: string): string {
  return escaped(text).replace(/^([.'])/, String.raw`\&$1`);
}

/** Text in which a backslash and a hyphen are what they are: a shell's hyphen has to be one when it is copied. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', String.raw`\e`)
    .replaceAll('-', String.raw`\-`)
    .replaceAll('…', '...')
    .replaceAll('’', "'");
}
