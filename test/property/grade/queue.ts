/**
 * Jobs on a queue in Redis, for a class that is graded by several machines. It needs the package `bullmq`, which is not
 * installed with ringlab. A job may be done twice, as when a machine is lost: its result has the same name and is the same.
 */
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundledPath } from './bundled.ts';
import type { ClassJob } from './classroom.ts';
import type { Grade } from './grade.ts';
import type { Layer } from './layers.ts';
import { Pool, type Runner } from './pool.ts';

export interface QueueOptions {
  /** `redis://[user:password@]host[:port][/database]` */
  readonly url: string;
  /** Where the package is looked for, besides beside ringlab: the folder that the command is run in. */
  readonly from: string;
}

/** What is used of BullMQ. */
interface BullMq {
  readonly Queue: new (
    name: string,
    options: object,
  ) => {
    add(name: string, data: unknown, options: object): Promise<BullJob>;
    close(): Promise<void>;
    waitUntilReady(): Promise<unknown>;
  };
  readonly QueueEvents: new (
    name: string,
    options: object,
  ) => { close(): Promise<void>; waitUntilReady(): Promise<unknown> };
  readonly Worker: new (
    name: string,
    work: (job: { readonly data: unknown }) => Promise<unknown>,
    options: object,
  ) => { close(): Promise<void>; waitUntilReady(): Promise<unknown> };
}

interface BullJob {
  waitUntilFinished(events: object): Promise<unknown>;
}

const queueName = 'ringlab-grade';

/** BullMQ is not installed; the message says how to get it. */
class NoQueueError extends Error {
  /** A peer cannot be reached (cli/README.md). */
  readonly exitStatus = 69;
}

async function loadBullMq(from: string): Promise<BullMq> {
  try {
    const path = createRequire(resolve(from, 'package.json')).resolve('bullmq');
    const found = (await import(pathToFileURL(path).href)) as BullMq & { default?: BullMq };
    return found.default ?? found;
  } catch {
    throw new NoQueueError(
      '--queue needs the packages bullmq and ioredis, which are not installed here: npm install bullmq ioredis',
    );
  }
}

function connectionTo(url: string): object {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname,
    port: Number(port || 6379),
    db: Number(pathname.slice(1) || 0),
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    maxRetriesPerRequest: null,
  };
}

/** Results stay in Redis for a day, for a run that was interrupted meanwhile. */
const keptSeconds = 24 * 3600;

/** Gives jobs to the queue, and waits for whoever does them. */
export async function queueRunner({ url, from }: QueueOptions): Promise<Runner<ClassJob, Grade>> {
  const { Queue, QueueEvents } = await loadBullMq(from);
  const connection = connectionTo(url);
  const queue = new Queue(queueName, { connection });
  const events = new QueueEvents(queueName, { connection });
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
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
  const pool = new Pool<ClassJob, Grade>(bundledPath('grade-worker.js'), jobs);
  const work = ({ data }: { readonly data: unknown }) => pool.run({ ...(data as ClassJob), layers });
  const worker = new Worker(queueName, work, {
    connection: connectionTo(url),
    concurrency: jobs,
    lockDuration: 120_000,
  });
  await worker.waitUntilReady();
  await stopped;
  await worker.close();
  await pool.close();
}
