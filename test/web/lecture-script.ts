/** The script of examples/lecture.md as data: its parts, and what is done and seen in each. */
import { readFileSync } from 'node:fs';

/** One thing that the professor does. */
export type Deed =
  | { readonly kind: 'open' }
  | { readonly kind: 'press'; readonly keys: readonly string[] }
  | { readonly kind: 'click'; readonly name: string }
  | { readonly kind: 'tick'; readonly names: readonly string[]; readonly group: string | undefined }
  | { readonly kind: 'choose'; readonly option: string; readonly of: string };

/** A row of a table: what is done, and the texts that the audience sees then. */
export interface Row {
  readonly text: string;
  readonly deed: Deed;
  readonly sees: readonly string[];
}

export interface Part {
  readonly title: string;
  /** Minutes from the beginning, and how many it takes. */
  readonly begins: number;
  readonly minutes: number;
  /** Questions to the audience, and answers to expect. */
  readonly asked: number;
  readonly expected: number;
  readonly rows: readonly Row[];
}

const address = new URL('../../examples/lecture.md', import.meta.url);

/** Reads the script. Throws an Error for a row that says nothing that can be done. */
export function readLecture(): readonly Part[] {
  const [, ...sections] = readFileSync(address, 'utf8').split(/^## /m);
  return sections.map((section) => {
    const head = /^(\d+):(\d\d) (.+) \((\d+) minutes?\)$/m.exec(section);
    if (head === null) throw new Error(`a part without its time: ${section.split('\n')[0]}`);
    const [, hours, minutes, title = '', long] = head;
    return {
      title,
      begins: Number(hours) * 60 + Number(minutes),
      minutes: Number(long),
      asked: [...section.matchAll(/^Ask/gm)].length,
      expected: [...section.matchAll(/^Expect/gm)].length,
      rows: [...section.matchAll(/^\| (.+?) +\| (.+?) +\|$/gm)]
        .filter(([, what = '']) => what !== 'do' && !what.startsWith('---'))
        .map(([, what = '', sees = '']) => rowOf(what, sees)),
    };
  });
}

function rowOf(text: string, sees: string): Row {
  return { text, deed: deedOf(text), sees: [...sees.matchAll(/"([^"]+)"/g)].map(([, seen = '']) => seen) };
}

/** The texts between two marks, in order. */
const marked = (text: string, mark: '`' | '**') => text.split(mark).filter((_, n) => n % 2 === 1);

function deedOf(text: string): Deed {
  const [verb] = text.split(' ');
  const names = marked(text, '**');
  const [first = '', second] = names;
  if (verb === 'open') return { kind: 'open' };
  if (verb === 'press') {
    const keys = marked(text, '`');
    return { kind: 'press', keys: text.endsWith(' twice') ? [...keys, ...keys] : keys };
  }
  if (verb === 'click' && first !== '') return { kind: 'click', name: first };
  if (verb === 'choose' && second !== undefined) return { kind: 'choose', option: first, of: second };
  if (verb === 'tick' && first !== '') {
    const hasGroup = / in \*\*/.test(text);
    return {
      kind: 'tick',
      names: hasGroup ? names.slice(0, -1) : names,
      group: hasGroup ? names.at(-1) : undefined,
    };
  }
  throw new Error(`the lecture says "${text}", which is nothing that can be done`);
}
