/** Pages that name files: what they name is there, and holds what they say. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verbGroups } from '../../cli/verbs.ts';
import { root } from './kit.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const skipped = new Set(['node_modules', 'dist', 'coverage', '.git']);

/** Markdown pages below a folder of the checkout, by path. */
function pages(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : pages(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/** Targets of the links in a page that lead to files, relative to the page. */
function linksOf(text: string): string[] {
  return [...text.matchAll(/\]\(([^()\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

describe('The reading guide', () => {
  const rows = [...read('READING.md').matchAll(/^\| (.+?\?) +\| \[(\S+)\]\((\S+)\) +\| `(.+)` +\|$/gm)];

  it('answers the questions that a newcomer asks', () => {
    const questions = rows.map(([, question]) => question);
    expect(questions).toEqual(
      expect.arrayContaining([
        'Where is `sring` defined?',
        'Where is a trap taken?',
        'Where is a shadow entry made?',
        'Where is a stage of migration decided?',
      ]),
    );
  });

  it.each(rows.map(([, question, name, path, text]) => ({ question, name, path, text })))(
    '$question The file that it names holds the text to search for',
    ({ name, path = '', text }) => {
      expect(name).toBe(path);
      expect(read(path)).toContain(text);
    },
  );
});

it('Every link of a page to a file of the repository leads to one', () => {
  const broken = pages('.').flatMap((page) =>
    linksOf(read(page))
      .filter((target) => !existsSync(join(root, dirname(page), target)))
      .map((target) => `${page}: ${target}`),
  );
  expect(broken).toEqual([]);
});

it('The hosted workflow runs .ci/run, which is executable', () => {
  expect(read('.github/workflows/ci.yml')).toContain('- run: .ci/run');
  expect(statSync(join(root, '.ci/run')).mode & 0o100).not.toBe(0);
});

it('The README says of each verb what it does', () => {
  const table = read('README.md').split('## The verbs')[1]?.split('\n## ')[0] ?? '';
  const named = [...table.matchAll(/^\| (`.+?) +\|/gm)].flatMap(([, names = '']) =>
    [...names.matchAll(/`(.+?)`/g)].map(([, name]) => name),
  );
  const verbs = verbGroups.flatMap((group) => Object.keys(group.verbs));
  expect(named.toSorted()).toEqual(verbs.toSorted());
});
