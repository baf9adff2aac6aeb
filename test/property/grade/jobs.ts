/**
 * Jobs whose results are stored by name: a class's submissions, the parts of a fuzz campaign. What is stored is not done again, so
 * a run that was interrupted goes on.
 */
import { runAll, type Runner } from './pool.ts';
import type { ResultStore } from './store.ts';

export interface Job {
  /** The name of its result: a hash of everything that the result depends on. */
  readonly hash: string;
}

export interface Progress {
  readonly done: number;
  readonly all: number;
  /** Seconds that the rest will take at the present pace; undefined as long as nothing is known. */
  readonly left: number | undefined;
}

export interface Work<J extends Job, R> {
  /** Two with the same hash are the same. */
  readonly jobs: readonly J[];
  readonly store: ResultStore<R>;
  /** Whoever does up to so many jobs. */
  readonly runner: (jobs: number) => Runner<J, R> | Promise<Runner<J, R>>;
  readonly progress?: ((progress: Progress) => void) | undefined;
}

export interface Results<R> {
  /** By hash. An Error is a job that failed, and is not stored. */
  readonly results: ReadonlyMap<string, R | Error>;
  /** How many were done now; the others were stored. */
  readonly fresh: number;
}

export async function doJobs<J extends Job, R>(work: Work<J, R>): Promise<Results<R>> {
  const { store, progress } = work;
  const jobs = [...new Map(work.jobs.map((job) => [job.hash, job])).values()];
  const results = new Map<string, R | Error>();
  for (const { hash } of jobs) {
    const result = store.get(hash);
    if (result !== undefined) results.set(hash, result);
  }
  const missing = jobs.filter(({ hash }) => !results.has(hash));
  const began = performance.now();
  let done = 0;
  const tell = () => {
    const seconds = (performance.now() - began) / 1000;
    const left = done === 0 ? undefined : (seconds / done) * (missing.length - done);
    progress?.({ done: jobs.length - missing.length + done, all: jobs.length, left });
  };
  tell();
  if (missing.length === 0) return { results, fresh: 0 };
  const runner = await work.runner(missing.length);
  try {
    await runAll(runner, missing, ({ hash }, result) => {
      done += 1;
      if (!(result instanceof Error)) store.put(hash, result);
      results.set(hash, result);
      tell();
    });
  } finally {
    await runner.close();
  }
  return { results, fresh: missing.length };
}

/** Progress as a line for a terminal. */
export function progressText({ done, all, left }: Progress): string {
  if (left === undefined || done === all) return `${done} of ${all} done`;
  const rest = left < 90 ? `${Math.ceil(left)} s` : `${Math.ceil(left / 60)} min`;
  return `${done} of ${all} done, about ${rest} left`;
}
