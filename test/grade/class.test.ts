/** A class at once: tables, feedback, results that are stored, and what is alike. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ringlab, scratch } from '../cli/kit.ts';
import { type ClassOptions, gradeClass } from '../property/grade/index.ts';
import { fingerprintsOf } from '../property/grade/similar.ts';
import { csvField } from '../property/grade/tables.ts';
import { buildSolution, layers, submission } from './kit.ts';

const file = scratch();
const folder = () => file('class');

/** Grades the class; two guests for each property of the first stage. */
function gradeAll(out: string, more: Partial<ClassOptions> = {}) {
  const grade = { only: 1, cases: 2, seed: 987_654, salt: 'spring', seconds: 2, megabytes: 256, layers };
  return gradeClass({ folder: folder(), out: file(out), jobs: 2, grade, ...more });
}

const tables = ['grades.csv', 'grades.json', 'index.html'];
const bytesOf = (out: string) => tables.map((name) => readFileSync(join(file(out), name), 'utf8'));

beforeAll(async () => {
  mkdirSync(join(folder(), 'empty'), { recursive: true });
  mkdirSync(join(folder(), 'missing'));
  file('class/missing/monitor.ts', "import './cpu.ts';\nexport default 1;\n");
  await buildSolution(join(folder(), 'ada.js'));
  const text = readFileSync(join(folder(), 'ada.js'), 'utf8');
  file('class/bob.js', text.replaceAll('shadow', 'other').replaceAll('trap', 'cause'));
  for (const name of ['claims', 'no-export', 'settles-never'])
    copyFileSync(submission(`${name}.js`), join(folder(), `${name}.js`));
  symlinkSync('/etc/passwd', join(folder(), 'link.js'));
});

describe('A class', () => {
  it('has a row for every submission, whatever is wrong with it', async () => {
    const { fresh, faults } = await gradeAll('one');
    expect([fresh, faults]).toEqual([8, []]);
    const lines = readFileSync(file('one/grades.csv'), 'utf8').trimEnd().split('\r\n');
    expect(lines.map((line) => line.split(',').slice(0, 4))).toEqual([
      ['submission', 'score', 'reason', 'stage 1'],
      ['ada', '100', 'graded', '100'],
      ['bob', '100', 'graded', '100'],
      ['claims', '0', 'graded', '0'],
      ['empty', '0', 'no-monitor-file', '0'],
      ['link', '0', 'link-outside', '0'],
      ['missing', '0', 'missing-file', '0'],
      ['no-export', '0', 'no-export', '0'],
      ['settles-never', '0', 'never-settles', '0'],
    ]);
  });

  it('has its two submissions that are alike told to the instructor, and to no student', () => {
    const { alike } = JSON.parse(readFileSync(file('one/grades.json'), 'utf8')) as { alike: unknown };
    expect(alike).toEqual([{ one: 'ada', other: 'bob', share: expect.closeTo(1, 1) }]);
    expect(readFileSync(file('one/feedback/ada.txt'), 'utf8')).not.toContain('bob');
  });

  it('has feedback for each student, without seed and salt', () => {
    const names = readdirSync(file('one/feedback'));
    expect(names).toHaveLength(8);
    const texts = names.map((name) => readFileSync(join(file('one/feedback'), name), 'utf8')).join('\n');
    expect(texts).toContain('The first thing to mend: stage 1');
    expect(texts).not.toMatch(/987654|spring/);
  });

  it('is graded again only where something changed, to the same bytes', async () => {
    const before = bytesOf('one');
    expect((await gradeAll('one')).fresh).toBe(0);
    expect(bytesOf('one')).toEqual(before);
    // As after a run that was killed in the middle.
    for (const name of readdirSync(file('one/results')).slice(0, 3)) unlinkSync(file(`one/results/${name}`));
    expect((await gradeAll('one')).fresh).toBe(3);
    expect(bytesOf('one')).toEqual(before);
  });

  it('is graded in shards, which together are the class', async () => {
    const shards = [];
    for (const nth of [1, 2, 3]) shards.push(await gradeAll('shards', { shard: { nth, of: 3 } }));
    expect(shards.map(({ rows, document }) => [rows.length, document])).toEqual([
      [3, undefined],
      [3, undefined],
      [2, undefined],
    ]);
    expect((await gradeAll('shards')).fresh).toBe(0);
    expect(bytesOf('shards')).toEqual(bytesOf('one'));
  });

  it('is a folder without a monitor, on the command line', () => {
    const few = file('few');
    mkdirSync(few);
    copyFileSync(submission('claims.js'), join(few, 'claims.js'));
    const options = ['--only', '1', '--cases', '1', '--out', file('few-out')];
    expect(ringlab(['grade', few, ...options])).toEqual({
      status: 0,
      stdout: `1 submissions, 1 graded now; tables and feedback in ${file('few-out')}\n`,
      stderr: '',
    });
    rmSync(join(few, 'claims.js'));
    expect(ringlab(['grade', few, ...options])).toMatchObject({
      status: 65,
      stderr: `ringlab: ${few}: there is no submission in it\n`,
    });
  });
});

describe('What is alike', () => {
  it('is looked for in a text with nothing closed, too, from its begin to its end once', () => {
    for (const piece of ['/*', "\\'", '\\"', '\\`', '`', "'\n"])
      expect(fingerprintsOf([piece.repeat(2 ** 16)]).size, piece).toBeLessThan(1000);
  });
});

describe('A table', () => {
  it('has nothing that a spreadsheet takes for a formula', () => {
    expect(['=1+1', '-2', '@x', 'a,b', 'say "hi"', 7].map(csvField)).toEqual([
      "'=1+1",
      "'-2",
      "'@x",
      '"a,b"',
      '"say ""hi"""',
      '7',
    ]);
  });
});
