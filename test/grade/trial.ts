/** A generated class, graded by the command line in several ways that must give the same tables, byte for byte. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { repositoryPath } from '../property/grade/bundled.ts';
import { classStage, type Generated } from './generated.ts';

export interface Trial {
  /** The class's folder, and one for results. */
  readonly folder: string;
  readonly out: string;
  readonly jobs: number;
}

/** Few guests, and limits that are soon reached: what is tried is the grading, not the submissions. */
const usual = ['--only', String(classStage), '--cases', '6', '--seed', '2026', '--timeout', '4'];

function start(args: readonly string[], cwd: string): ChildProcess {
  const bin = repositoryPath('cli/bin.js');
  return spawn(process.execPath, [bin, 'grade', ...args], { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}

function startGrading(
  { folder, out, jobs }: Trial,
  name: string,
  more: readonly string[] = [],
): ChildProcess {
  return start([folder, ...usual, '--jobs', String(jobs), '--out', join(out, name), ...more], out);
}

async function succeeded(child: ChildProcess): Promise<void> {
  const [status, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (status !== 0) throw new Error(`ringlab grade ended with ${signal ?? `status ${status}`}`);
}

/** How many results there are in a folder. */
function resultsIn(out: string): number {
  try {
    return readdirSync(join(out, 'results')).filter((name) => name.endsWith('.json')).length;
  } catch {
    return 0;
  }
}

/** Waits until there are so many results, or until the process has ended. */
async function hasResults(out: string, count: number, child: ChildProcess): Promise<void> {
  while (resultsIn(out) < count && child.exitCode === null) await wait(20);
}

/** Everything that a run wrote for people, by name. */
export function tablesIn({ out }: Trial, name: string): ReadonlyMap<string, string> {
  const folder = join(out, name);
  const texts = readdirSync(join(folder, 'feedback')).map((file) => join('feedback', file));
  const files = ['grades.csv', 'grades.json', 'index.html', ...texts];
  return new Map(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

/** Grades the class in one run. */
export async function gradeAtOnce(trial: Trial, name: string): Promise<void> {
  await succeeded(startGrading(trial, name));
}

/** Kills a run when it has some results, and has another one go on. Returns how many results the first one left. */
export async function gradeInterrupted(trial: Trial, name: string, after: number): Promise<number> {
  const first = startGrading(trial, name);
  const ended = once(first, 'close');
  await hasResults(join(trial.out, name), after, first);
  first.kill('SIGKILL');
  await ended;
  const left = resultsIn(join(trial.out, name));
  await succeeded(startGrading(trial, name));
  return left;
}

/** Grades the class in shards, and makes the tables of them. */
export async function gradeInShards(trial: Trial, name: string, shards: number): Promise<void> {
  for (let nth = 1; nth <= shards; nth++)
    await succeeded(startGrading(trial, name, ['--shard', `${nth}/${shards}`]));
  await succeeded(startGrading(trial, name));
}

/** Has two workers grade the class from a queue; one of them is killed when there are some results, and another takes its place. */
export async function gradeByQueue(trial: Trial, name: string, url: string, after: number): Promise<void> {
  const queue = ['--queue', url];
  const startWorker = () => start(['--work', ...queue, '--jobs', '1'], repositoryPath('.'));
  const workers = [startWorker(), startWorker()];
  try {
    const grading = startGrading(trial, name, queue);
    const done = succeeded(grading);
    // It is waited for below.
    done.catch(() => {});
    await hasResults(join(trial.out, name), after, grading);
    workers[0]?.kill('SIGKILL');
    workers.push(startWorker());
    await done;
  } finally {
    const running = workers.filter((worker) => worker.exitCode === null && worker.signalCode === null);
    const ended = running.map((worker) => once(worker, 'close'));
    for (const worker of running) worker.kill('SIGTERM');
    await Promise.all(ended);
  }
}

/** Submissions that did not get what they deserve, by the table of a run. */
export function undeserved(trial: Trial, name: string, generated: readonly Generated[]): string[] {
  const { submissions } = JSON.parse(tablesIn(trial, name).get('grades.json') ?? '') as {
    submissions: readonly { readonly name: string; readonly score: number }[];
  };
  const scores = new Map(submissions.map((row) => [row.name, row.score]));
  return generated.flatMap(({ name: student, deserves }) => {
    const score = scores.get(student) ?? -1;
    const isRight = { all: score === 100, fewer: score >= 0 && score < 100, none: score === 0 }[deserves];
    return isRight ? [] : [`${student} deserves ${deserves} of the points, and got ${score}`];
  });
}

/** A Redis server of one's own; undefined where there is none to start. */
export async function startRedis(): Promise<
  { readonly url: string; readonly close: () => Promise<void> } | undefined
> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'ignore'] });
  const isThere = await new Promise<boolean>((resolve) => {
    child.on('error', () => resolve(false));
    child.stdout.on('data', (text: Buffer) => {
      if (text.includes('Ready to accept connections')) resolve(true);
    });
  });
  if (!isThere) return undefined;
  const close = async () => {
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
  };
  return { url: `redis://127.0.0.1:${port}`, close };
}

/** Makes the folder of a trial. */
export function trialIn(place: string, jobs: number): Trial {
  const [folder, out] = [join(place, 'class'), join(place, 'out')];
  for (const path of [folder, out]) mkdirSync(path, { recursive: true });
  return { folder, out, jobs };
}
