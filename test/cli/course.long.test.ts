/** The course's documents: every command in them works in a folder that has the guests, and prints what they say. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kinds } from '../../examples/exercises/index.ts';
import { blocksOf, expectDone } from './blocks.ts';
import { ringlab, root, scratch, shell } from './kit.ts';

const folder = join(root, 'examples', 'course');
const documents = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md') && !name.endsWith('README.md') && !name.startsWith('slides'))
  .toSorted();

it('The course has documents', () => {
  expect(documents).toContain('first-guest.md');
});

describe.each(documents)('%s', (name) => {
  const file = scratch();
  // Each document in a folder of its own, whose commands build on each other.
  const place = file(name.replaceAll(/\W/g, '-'));
  mkdirSync(place);
  symlinkSync(join(root, 'guests'), join(place, 'guests'));
  symlinkSync(join(root, 'examples'), join(place, 'examples'));
  const blocks = blocksOf(readFileSync(join(folder, name), 'utf8'));

  it.each(
    blocks.map((block) => [block.kind === 'file' ? block.name : block.commands.trim(), block] as const),
  )('%s', (_, block) => {
    if (block.kind === 'commands') expectDone(place, block.commands, block.output);
    else {
      mkdirSync(dirname(join(place, block.name)), { recursive: true });
      writeFileSync(join(place, block.name), block.text);
    }
  });
});

describe('ringlab course', () => {
  const file = scratch();

  it('lists thirteen units, each with a goal in a sentence, in the order of their sheets', () => {
    const { units } = JSON.parse(ringlab(['course', 'list', '--json']).stdout) as {
      units: { number: number; name: string; goal: string }[];
    };
    expect(units.map(({ number }) => number)).toEqual(Array.from({ length: 13 }, (_, n) => n + 1));
    for (const { goal } of units) expect(goal).toMatch(/^After this hour students can [^.]+\.$/);
    const table = readFileSync(join(folder, 'README.md'), 'utf8');
    for (const { number, name } of units) expect(table).toContain(`[${number}](${name}.md)`);
  });

  it('has for every unit what a lesson needs, and an exercise of every kind', () => {
    const named = new Set<string>();
    for (const name of documents.filter((one) => /^\d\d-/.test(one))) {
      const text = readFileSync(join(folder, name), 'utf8');
      for (const heading of ['Show', 'Ask', 'Students do', 'Hand in', 'Answers'])
        expect(text, name).toContain(`\n## ${heading}\n`);
      const minutes = [...text.matchAll(/^\| (\d+)–(\d+) +\|/gm)].map(([, from, to]) => [
        Number(from),
        Number(to),
      ]);
      expect(minutes.at(-1)?.[1], name).toBe(50);
      expect(
        minutes.every(([from], n) => from === (minutes[n - 1]?.[1] ?? 0)),
        name,
      ).toBe(true);
      for (const [, exercise = ''] of text.matchAll(/ringlab exercise ([\w-]+) --sheet/g))
        named.add(exercise);
    }
    expect([...named].toSorted()).toEqual(kinds.map(({ name }) => name).toSorted());
  });

  it('makes slides for Marp, pages, handouts of the seed and the pictures that they show', () => {
    const out = file('slides');
    expect(ringlab(['course', 'build', out, '--unit', '5', '--seed', '7'])).toMatchObject({
      status: 0,
      stdout: '',
    });
    const read = (name: string) => readFileSync(join(out, name), 'utf8');
    expect(read('05-shadow-pages.md')).toMatch(/^---\nmarp: true\ntitle: "Shadow page tables"\n/);
    expect(read('05-shadow-pages.md')).toContain('](pictures/shadow-tables.svg)');
    expect(read('05-shadow-pages.html').match(/<section /g)?.length).toBeGreaterThan(5);
    expect(read('05-shadow-pages-handout.md')).toContain('Exercise shadow-entries, seed 7');
    expect(read('05-shadow-pages-handout.html')).not.toContain('Answer');
    expect(read('pictures/shadow-tables.svg')).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  });

  it('draws every picture, as it is drawn again', () => {
    const names = ringlab(['course', 'picture']).stdout.trimEnd().split('\n');
    expect(names).toHaveLength(5);
    for (const name of names) {
      const { status, stdout } = ringlab(['course', 'picture', name]);
      expect([status, stdout], name).toEqual([0, expect.stringContaining('prefers-color-scheme:dark')]);
      expect(stdout, name).not.toMatch(/undefined|NaN/);
      expect(ringlab(['course', 'picture', name]).stdout, name).toBe(stdout);
    }
  });

  it('says what --pdf needs where it is missing, and makes nothing', () => {
    const none = file('none');
    const { status, stderr } = shell(`CHROME_PATH=/nowhere/chromium ringlab course build '${none}' --pdf`);
    expect([status, stderr]).toEqual([69, expect.stringContaining('--pdf needs Chromium')]);
    expect(existsSync(none)).toBe(false);
  });

  it.skipIf(spawnSync('chromium', ['--version']).status !== 0)(
    'prints a PDF with a page for each slide',
    () => {
      const out = file('pdf');
      expect(ringlab(['course', 'build', out, '--unit', '9', '--pdf']).status).toBe(0);
      const slides = readFileSync(join(out, '09-snapshots.html'), 'utf8').match(/<section /g)?.length;
      const pages = readFileSync(join(out, '09-snapshots.pdf'), 'latin1').match(
        /\/Type\s*\/Page[^s]/g,
      )?.length;
      expect(pages).toBe(slides);
    },
  );

  it.each([
    [['sheet', '14'], 'there is no unit 14; there are units 1 to 13'],
    [['picture', 'none'], 'no picture "none"; there are ring-compression'],
    [['build', 'x', '--unit', '0'], 'there is no unit 0'],
  ])('refuses %j', (args, message) => {
    const { status, stderr } = ringlab(['course', ...args]);
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it('grades a detector: status 0 for 100 points, 1 for less, 65 for what does not fit', () => {
    const solution = ringlab(['grade', '--detector', 'test/grade/detector/solution.s']);
    expect([solution.status, solution.stdout]).toEqual([0, expect.stringContaining('score 100 of 100')]);
    const begun = ringlab(['grade', '--detector', 'examples/course/assignments/detector.s', '--json']);
    expect([begun.status, JSON.parse(begun.stdout)]).toEqual([
      1,
      expect.objectContaining({ format: 'ringlab-detector', score: 42 }),
    ]);
    const large = file('large.s', '_start: nop\n .space 0x200000\n');
    expect(ringlab(['grade', '--detector', large])).toMatchObject({ status: 65, stdout: '' });
  });
});
