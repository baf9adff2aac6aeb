/**
 * Grades a class: a folder with a submission in each folder or file. A result is stored under the hash of the submission,
 * the options and the grader, so nothing is graded twice, and a run that was interrupted goes on.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parse, resolve } from 'node:path';
import type { ClassFolder } from '../../../cli/grader.ts';
import { bundled, bundledPath, repositoryPath } from './bundled.ts';
import { hashOf, type Snapshot, takeSnapshot } from './folder.ts';
import { formatGrade } from './format.ts';
import type { Grade, GradeOptions } from './grade.ts';
import { doJobs, type Progress } from './jobs.ts';
import { Pool, type Runner } from './pool.ts';
import { queueRunner } from './queue.ts';
import { findAlike, fingerprintsOf, textsOf } from './similar.ts';
import { ResultStore } from './store.ts';
import { classDocument, formatCsv, formatHtml, type Row } from './tables.ts';

export interface ClassOptions extends ClassFolder {
  readonly grade: Omit<GradeOptions, 'monitor' | 'guest'>;
  readonly progress?: (progress: Progress) => void;
}

export interface ClassResult {
  readonly rows: readonly Row[];
  /** Graded now; the others were stored. */
  readonly fresh: number;
  /** Messages of submissions that the grader failed on. */
  readonly faults: readonly string[];
  readonly document: object | undefined;
}

interface Entry {
  readonly name: string;
  readonly snapshot: Snapshot;
  readonly hash: string;
}

/** What every submission of a class is called in its own report: two that are the same have the same result. */
const anybody = 'your monitor';

/** What a job is graded with, and its name. */
export type ClassJob = GradeOptions & { readonly hash: string };

/** The submissions in a class's folder, by name. */
function entriesOf({ folder, out, grade }: ClassOptions): Entry[] {
  const { layers: _, progress: __, ...asked } = grade;
  const grader = hashOf(['grade-child', 'kit', 'strip', 'grade'].map((name) => bundled(`${name}.js`)));
  const found = readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink() || /\.m?[jt]s$/.test(entry.name))
    .filter(({ name }) => resolve(folder, name) !== resolve(out));
  const short = (entry: (typeof found)[number]) =>
    entry.isDirectory() ? entry.name : parse(entry.name).name;
  const used = found.map(short);
  return found
    .map((entry) => {
      const snapshot = takeSnapshot(resolve(folder, entry.name), folder);
      const isUnique = used.indexOf(short(entry)) === used.lastIndexOf(short(entry));
      const name = isUnique ? short(entry) : entry.name;
      return { name, snapshot, hash: hashOf([grader, asked, snapshot]) };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function jobFor({ snapshot, hash }: Entry, { grade }: ClassOptions): ClassJob {
  const { progress: _, ...options } = grade;
  return { ...options, monitor: 'monitor.ts', name: anybody, snapshot, hash };
}

/** What is the same whatever the layers were. */
function plain(grade: Grade): Grade {
  return { ...grade, layers: [] };
}

/** Grades what is not graded yet, and writes the tables. */
export async function gradeClass(options: ClassOptions): Promise<ClassResult> {
  const { out, shard = { nth: 1, of: 1 }, progress } = options;
  const entries = entriesOf(options).filter((_, n) => n % shard.of === shard.nth - 1);
  const { results, fresh } = await doJobs<ClassJob, Grade>({
    jobs: entries.map((entry) => jobFor(entry, options)),
    store: new ResultStore(resolve(out, 'results')),
    runner: (most) => runnerFor(options, most),
    progress,
  });
  const rows = entries.map(
    ({ name, hash }): Row => ({ name, hash, grade: results.get(hash) ?? new Error('lost') }),
  );
  const faults = rows.flatMap(({ name, grade }) =>
    grade instanceof Error ? [`${name}: ${grade.message}`] : [],
  );
  const document = options.shard === undefined ? writeTables(out, entries, rows) : undefined;
  return { rows, fresh, faults, document };
}

async function runnerFor({ jobs, queue }: ClassOptions, most: number): Promise<Runner<ClassJob, Grade>> {
  const runner =
    queue === undefined
      ? new Pool<ClassJob, Grade>(bundledPath('grade-worker.js'), Math.min(jobs, most))
      : await queueRunner(queue);
  return { run: async (job) => plain(await runner.run(job)), close: () => runner.close() };
}

/** Writes a file whole. */
function write(path: string, text: string): void {
  writeFileSync(`${path}.tmp`, text);
  renameSync(`${path}.tmp`, path);
}

function writeTables(out: string, entries: readonly Entry[], rows: readonly Row[]): object {
  const skeleton = ['monitor.ts', 'cpu.ts', 'ringlab-testing.d.ts'].map((name) =>
    readFileSync(repositoryPath(`examples/your-monitor/${name}`), 'utf8'),
  );
  const written = entries.filter(({ snapshot }) =>
    textsOf(snapshot).some((text) => !skeleton.includes(text)),
  );
  const tables = { rows, alike: findAlike(written, fingerprintsOf(skeleton)) };
  mkdirSync(resolve(out, 'feedback'), { recursive: true });
  for (const { name, grade } of rows) {
    const text =
      grade instanceof Error
        ? `${name}\n\nIt could not be graded, through no fault of yours. Ask your instructor.\n`
        : formatGrade({ ...grade, monitor: name });
    write(resolve(out, 'feedback', `${name}.txt`), text);
  }
  const document = classDocument(tables);
  write(resolve(out, 'grades.csv'), formatCsv(tables));
  write(resolve(out, 'grades.json'), `${JSON.stringify(document, null, 2)}\n`);
  write(resolve(out, 'index.html'), formatHtml(tables));
  return document;
}
