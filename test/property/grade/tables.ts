/** A class's grades as tables: CSV, JSON, and a page for the instructor. The same results make the same bytes. */
import type { PropertyName } from '../properties.ts';
import { stages } from '../stages.ts';
import type { Grade } from './grade.ts';
import type { Alike } from './similar.ts';
import { counts, pointsOf, weights } from './tasks.ts';

/** One submission's row. */
export interface Row {
  readonly name: string;
  readonly hash: string;
  /** What it got; an Error is a fault of the grader's. */
  readonly grade: Grade | Error;
}

export interface ClassTables {
  readonly rows: readonly Row[];
  readonly alike: readonly Alike[];
}

/** Why a submission has the grade that it has, in a word: a refusal's reason, `graded`, or `not-graded`. */
function reasonOf({ grade }: Row): string {
  if (grade instanceof Error) return 'not-graded';
  return grade.refused?.reason ?? 'graded';
}

function scoreOf({ grade }: Row): number {
  return grade instanceof Error ? 0 : grade.score;
}

/** Points of a stage, of those that all stages have together. */
function stagePoints({ grade }: Row, stage: number): number | undefined {
  if (grade instanceof Error) return undefined;
  const mine = grade.outcomes.filter(({ task }) => task.stage === stage);
  if (mine.length === 0) return undefined;
  const points = mine
    .filter((outcome) => counts(outcome, grade.outcomes))
    .reduce((sum, { task }) => sum + pointsOf(task, grade.outcomes), 0);
  return Math.round(points * 10) / 10;
}

function numbersOf(rows: readonly Row[]): number[] {
  return stages
    .map(({ number }) => number)
    .filter((n) => rows.some((row) => stagePoints(row, n) !== undefined));
}

/** A field of CSV. What a spreadsheet would take for a formula is made text. */
export function csvField(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function formatCsv({ rows }: ClassTables): string {
  const numbers = numbersOf(rows);
  const head = ['submission', 'score', 'reason', ...numbers.map((n) => `stage ${n}`), 'hash'];
  const lines = rows.map((row) => [
    row.name,
    scoreOf(row),
    reasonOf(row),
    ...numbers.map((n) => stagePoints(row, n) ?? ''),
    row.hash,
  ]);
  return `${[head, ...lines].map((line) => line.map(csvField).join(',')).join('\r\n')}\r\n`;
}

function summaryOf(rows: readonly Row[]) {
  const scores = rows.map(scoreOf).toSorted((a, b) => a - b);
  const mean = scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length);
  return {
    submissions: rows.length,
    mean: Math.round(10 * mean) / 10,
    median: scores[Math.floor(scores.length / 2)] ?? 0,
    refused: rows.filter((row) => reasonOf(row) !== 'graded').length,
  };
}

export function classDocument({ rows, alike }: ClassTables): object {
  const numbers = numbersOf(rows);
  return {
    format: 'ringlab-class',
    version: 1,
    summary: summaryOf(rows),
    submissions: rows.map((row) => ({
      name: row.name,
      score: scoreOf(row),
      reason: reasonOf(row),
      text: row.grade instanceof Error ? null : (row.grade.refused?.text ?? null),
      stages: Object.fromEntries(numbers.map((n) => [n, stagePoints(row, n) ?? null])),
      hash: row.hash,
    })),
    alike,
  };
}

function escapeHtml(text: string | number): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return String(text).replace(/[&<>"]/g, (char) => entities[char] ?? char);
}

function table(head: readonly string[], lines: readonly (readonly (string | number)[])[]): string {
  const cells = (tag: string, list: readonly (string | number)[]) =>
    list.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('');
  return `<table><thead><tr>${cells('th', head)}</tr></thead>\n<tbody>${lines
    .map((line) => `<tr>${cells('td', line)}</tr>`)
    .join('\n')}</tbody></table>`;
}

const names: Readonly<Record<PropertyName, string>> = {
  equivalence: 'equivalence',
  resourceControl: 'resource control',
  efficiency: 'efficiency',
};

/** How many have each property of each stage. */
function passedBy(rows: readonly Row[], stage: number): (string | number)[] {
  const grades = rows.flatMap(({ grade }) => (grade instanceof Error ? [] : [grade]));
  const having = (property: PropertyName) =>
    grades.filter(({ outcomes }) =>
      outcomes.some(
        (one) => one.task.stage === stage && one.task.property === property && counts(one, outcomes),
      ),
    ).length;
  const properties = Object.keys(weights) as PropertyName[];
  return [`${stage}: ${stages[stage - 1]?.name ?? ''}`, ...properties.map(having)];
}

/** The page: nothing in it is loaded from elsewhere, and no script is in it. */
export function formatHtml({ rows, alike }: ClassTables): string {
  const numbers = numbersOf(rows);
  const { submissions, mean, median, refused } = summaryOf(rows);
  const steps = Array.from({ length: 10 }, (_, n) => {
    const inside = (row: Row) => Math.min(9, Math.floor(scoreOf(row) / 10)) === n;
    return [`${10 * n} to ${n === 9 ? 100 : 10 * n + 9.9}`, rows.filter(inside).length];
  });
  const style =
    'body{font:16px system-ui;margin:2rem}table{border-collapse:collapse;margin:1rem 0}td,th{border:1px solid #999;padding:.2rem .6rem;text-align:left}thead{position:sticky;top:0;background:#fff}';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Grades</title><style>${style}</style></head><body>
<h1>Grades</h1>
<p>${submissions} submissions, mean ${mean}, median ${median}; ${refused} could not be graded.</p>
<h2>Scores</h2>
${table(['score', 'submissions'], steps)}
<h2>Stages</h2>
${table(
  ['stage', ...Object.values(names)],
  numbers.map((n) => passedBy(rows, n)),
)}
<h2>Alike</h2>
${
  alike.length === 0
    ? '<p>No two submissions are alike.</p>'
    : table(
        ['one', 'other', 'share'],
        alike.map(({ one, other, share }) => [one, other, share]),
      )
}
<h2>Submissions</h2>
${table(
  ['submission', 'score', 'reason', ...numbers.map((n) => `stage ${n}`), 'why'],
  rows.map((row) => [
    row.name,
    scoreOf(row),
    reasonOf(row),
    ...numbers.map((n) => stagePoints(row, n) ?? ''),
    row.grade instanceof Error ? '' : (row.grade.refused?.text ?? ''),
  ]),
)}
</body></html>
`;
}
