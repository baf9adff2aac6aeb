/**
 * Jobs on a queue in Redis, for a class that is graded by several machines. It needs the package `bullmq`, which is not
 * installed with ringlab. A job may be done twice, as when a machine is lost: its result has the same name and is the same.
 */
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { QueueOptions } from '../../../cli/grader.ts';
import { bundledPath } from './bundled.ts';
import type { ClassJob } from './classroom.ts';
import type { Grade } from './grade.ts';
import type { Layer } from './layers.ts';
import { Pool, type Runner } from './pool.ts';

/** What is used of BullMQ. */
interface BullMq {
  readonly Queue: new (
    name: string,
    options: object,
  ) => Connected & { add(name: string, data: unknown, options: object): Promise<BullJob> };
  readonly QueueEvents: new (name: string, options: object) => Connected;
  readonly Worker: new (
    name: string,
    work: (job: { readonly data: unknown }) => Promise<unknown>,
    options: object,
  ) => Connected & { pause(): Promise<void> };
}

/** What has a connection to Redis. It connects again, for ever, when the connection is lost. */
interface Connected {
  /** `force`: whatever is not finished. */
  close(force?: boolean): Promise<void>;
  waitUntilReady(): Promise<unknown>;
  setMaxListeners(count: number): void;
  on(event: 'error', listener: (error: Error) => void): void;
  off(event: 'error', listener: (error: Error) => void): void;
}

interface BullJob {
  waitUntilFinished(events: object): Promise<unknown>;
}

const queueName = 'ringlab-grade';

/** There is no BullMQ, or no Redis; the message says what to do. */
class NoQueueError extends Error {
  /** A peer cannot be reached (cli/README.md). */
  readonly exitStatus = 69;
}

async function loadBullMq(from: string): Promise<BullMq> {
  for (const place of [pathToFileURL(resolve(from, 'package.json')), import.meta.url]) {
    try {
      const path = createRequire(place).resolve('bullmq');
      const found = (await import(pathToFileURL(path).href)) as BullMq & { default?: BullMq };
      return found.default ?? found;
    } catch {}
  }
  throw new NoQueueError(
    '--queue needs the packages bullmq and ioredis, which are not installed here: npm install bullmq ioredis',
  );
}

/** Milliseconds until a connection that was lost is tried again. */
const pause = 1000;

/** Options of a connection, which is tried again and again until `isOver`. */
function connectionTo(url: string, isOver: () => boolean): object {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname,
    port: Number(port || 6379),
    db: Number(pathname.slice(1) || 0),
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    maxRetriesPerRequest: null,
    retryStrategy: () => (isOver() ? null : pause),
  };
}

/** Resolves when one of these tries to reach Redis and cannot. */
function unreachable(all: readonly Connected[]): {
  readonly error: Promise<Error>;
  readonly ignore: () => void;
} {
  let listener: (error: NodeJS.ErrnoException) => void = () => {};
  const error = new Promise<Error>((resolve) => {
    // Other errors are about a job.
    listener = (failed) => {
      if (failed.syscall !== undefined || failed.name === 'AggregateError') resolve(failed);
    };
  });
  for (const one of all) one.on('error', listener);
  const ignore = () => {
    for (const one of all) one.off('error', listener);
  };
  return { error, ignore };
}

/** Waits until all are connected. Rejects with NoQueueError. */
async function connect(url: string, all: readonly Connected[]): Promise<void> {
  // Without a listener an error would end the process.
  for (const one of all) one.on('error', () => {});
  const { error, ignore } = unreachable(all);
  const ready = Promise.all(all.map((one) => one.waitUntilReady()));
  ready.catch(() => {});
  const failed = await Promise.race([error, ready.then(() => undefined)]);
  ignore();
  if (failed === undefined) return;
  for (const one of all) one.close(true).catch(() => {});
  const { host } = new URL(url);
  throw new NoQueueError(
    `Redis cannot be reached at ${host} (${(failed as NodeJS.ErrnoException).code ?? 'error'})`,
  );
}

/** Results stay in Redis for a day, for a run that was interrupted meanwhile. */
const keptSeconds = 24 * 3600;

/** Gives jobs to the queue, and waits for whoever does them. */
export async function queueRunner({ url, from }: QueueOptions): Promise<Runner<ClassJob, Grade>> {
  const { Queue, QueueEvents } = await loadBullMq(from);
  let isOver = false;
  const connection = connectionTo(url, () => isOver);
  const queue = new Queue(queueName, { connection });
  const events = new QueueEvents(queueName, { connection });
  // Every job listens to them.
  for (const one of [queue, events]) one.setMaxListeners(0);
  await connect(url, [queue, events]).catch((error: unknown) => {
    isOver = true;
    throw error;
  });
  return {
    run: async (job: ClassJob): Promise<Grade> => {
      const options = {
        jobId: `job-${job.hash}`,
        attempts: 3,
        removeOnComplete: { age: keptSeconds },
        removeOnFail: true,
      };
      // A set does not survive JSON.
      const added = await queue.add('grade', { ...job, layers: [] }, options);
      return (await added.waitUntilFinished(events)) as Grade;
    },
    close: async () => {
      await events.close();
      await queue.close();
    },
  };
}

/** Works on the queue, with so many threads, until `stopped`. */
export async function workOnQueue(
  { url, from }: QueueOptions,
  jobs: number,
  layers: ReadonlySet<Layer>,
  stopped: Promise<void>,
): Promise<void> {
  const { Worker } = await loadBullMq(from);
  let isOver = false;
  const pool = new Pool<ClassJob, Grade>(bundledPath('grade-worker.js'), jobs);
  const work = ({ data }: { readonly data: unknown }) => pool.run({ ...(data as ClassJob), layers });
  const worker = new Worker(queueName, work, {
    connection: connectionTo(url, () => isOver),
    concurrency: jobs,
    // A job of a worker that is lost is done by another, as often as need be.
    maxStalledCount: 100,
  });
  try {
    await connect(url, [worker]);
    await stopped;
    // What is begun is finished, unless nobody is there who would take the result.
    const { error } = unreachable([worker]);
    const isLost = await Promise.race([worker.pause().then(() => false), error.then(() => true)]);
    isOver = true;
    await worker.close(isLost);
  } finally {
    isOver = true;
    await pool.close();
  }
}
