/**
 * Submissions that are alike, for the instructor. Names and numbers do not count: each file becomes a row of tokens, every piece of
 * some tokens a fingerprint, and two submissions are alike when they share most of theirs. What the skeleton has, or
 * half of the class, is nobody's.
 */
import type { Snapshot } from './folder.ts';

export interface Alike {
  readonly one: string;
  readonly other: string;
  /** Share of the fingerprints of the two that both have, 0 to 1, to a hundredth. */
  readonly share: number;
}

/** Tokens of one fingerprint. */
const length = 12;
/** Tokens of a file that are looked at; the rest would only use memory up. */
const mostTokens = 50_000;
/** The least share that is told. */
const least = 0.7;
/** So many may have the same thing before half of the class counts. */
const few = 10;

const words = new Set(
  'await break case catch class const continue default do else export extends false for function get if import in instanceof let new null of private readonly return set static super switch this throw true try typeof undefined while yield'.split(
    ' ',
  ),
);
/** Whatever is not closed is a token up to its end: to look for the end again from every place would take hours. */
const token =
  /\/\/.*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^'\\\n]|\\.)*'?|"(?:[^"\\\n]|\\.)*"?|`(?:[^`\\]|\\[\s\S])*`?|[A-Za-z_$#][\w$]*|\d[\w.]*|[^\s\w]/g;

function tokensOf(text: string): string[] {
  const found = text.match(token) ?? [];
  return found
    .filter((part) => !part.startsWith('//') && !part.startsWith('/*'))
    .map((part) => {
      if (/^['"`]/.test(part)) return 's';
      if (/^\d/.test(part)) return 'n';
      return /^[A-Za-z_$#]/.test(part) && !words.has(part) ? 'v' : part;
    });
}

/** The fingerprints of some texts. */
export function fingerprintsOf(texts: readonly string[]): Set<string> {
  const all = new Set<string>();
  for (const text of texts) {
    const tokens = tokensOf(text).slice(0, mostTokens);
    for (let n = 0; n + length <= tokens.length; n++) all.add(tokens.slice(n, n + length).join(' '));
  }
  return all;
}

export function textsOf({ files }: Snapshot): string[] {
  return files.flatMap(([, text]) => (typeof text === 'string' ? [text] : []));
}

/** The pairs that are alike, the most alike first. `common`: fingerprints that are nobody's. */
export function findAlike(
  submissions: readonly { readonly name: string; readonly snapshot: Snapshot }[],
  common: ReadonlySet<string>,
): Alike[] {
  const owners = new Map<string, number[]>();
  for (const [n, { snapshot }] of submissions.entries()) {
    for (const print of fingerprintsOf(textsOf(snapshot))) {
      if (common.has(print)) continue;
      const list = owners.get(print);
      if (list === undefined) owners.set(print, [n]);
      else list.push(n);
    }
  }
  const most = Math.max(few, submissions.length / 2);
  const sizes = submissions.map(() => 0);
  const shared = new Map<number, number>();
  for (const list of owners.values()) {
    if (list.length > most) continue;
    for (const [k, one] of list.entries()) {
      sizes[one] = (sizes[one] as number) + 1;
      for (const other of list.slice(k + 1)) {
        const pair = one * submissions.length + other;
        shared.set(pair, (shared.get(pair) ?? 0) + 1);
      }
    }
  }
  const pairs = [...shared].map(([pair, count]): Alike => {
    const [one, other] = [Math.floor(pair / submissions.length), pair % submissions.length];
    const all = (sizes[one] as number) + (sizes[other] as number) - count;
    const name = (n: number) => submissions[n]?.name ?? '';
    return { one: name(one), other: name(other), share: Math.floor((100 * count) / all) / 100 };
  });
  return pairs
    .filter(({ share }) => share >= least)
    .toSorted((a, b) => b.share - a.share || compareText(a.one, b.one) || compareText(a.other, b.other));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
