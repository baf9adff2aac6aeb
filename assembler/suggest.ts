/** Finds the nearest name to a misspelt one, for error messages. */

/** The name that needs the fewest edits from `word`; undefined if none is near enough. */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase().slice(0, 64);
  const allowed = Math.max(1, Math.floor(wanted.length / 3));
  let best: string | undefined;
  let distance = allowed + 1;
  for (const name of names) {
    if (Math.abs(name.length - wanted.length) > allowed) continue;
    const edits = editDistance(wanted, name.toLowerCase());
    const closer =
      edits < distance || (edits === distance && likeness(wanted, name) > likeness(wanted, best ?? ''));
    if (closer && edits <= allowed && edits < wanted.length) {
      best = name;
      distance = edits;
    }
  }
  return best;
}

/**
 * Ranks names at the same distance: a missing letter is more likely than a wrong one, and a wrong one more likely
 * than an extra one.
 */
function likeness(word: string, name: string): number {
  let found = 0;
  for (const letter of name.toLowerCase()) if (letter === word[found]) found += 1;
  if (found === word.length) return 2;
  return name.length === word.length ? 1 : 0;
}

/** "did you mean `x`?"; undefined if no name is near. */
export function didYouMean(word: string, names: Iterable<string>): string | undefined {
  const all = [...names];
  const foreign = word.split('').find((letter) => latin.has(letter));
  const plain = word
    .split('')
    .map((letter) => latin.get(letter) ?? letter)
    .join('');
  if (foreign !== undefined && all.includes(plain))
    return `the \`${foreign}\` is a letter of another script that looks like \`${latin.get(foreign)}\`: type \`${plain}\``;
  const name = nearest(word, all);
  return name === undefined ? undefined : `did you mean \`${name}\`?`;
}

/** Cyrillic and Greek letters that look like Latin ones. */
const latin: ReadonlyMap<string, string> = new Map(
  Array.from('аеорсхуікѕјһԁոοαν', (letter, n) => [letter, 'aeopcxyiksjhdnoav'[n] ?? letter]),
);

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (Damerau's distance). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, at(beforeLast, j - 2) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}
