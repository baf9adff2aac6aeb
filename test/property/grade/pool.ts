/** A pool of threads that work on jobs: a class's submissions, a fuzz campaign's shards. */
import { Worker } from 'node:worker_threads';

/** Whoever does jobs: threads here, or machines elsewhere. */
export interface Runner<J, R> {
  run(job: J): Promise<R>;
  close(): Promise<void>;
}

export class Pool<J, R> implements Runner<J, R> {
  readonly #file: string;
  readonly #size: number;
  readonly #isWanted: (job: J) => boolean;
  readonly #all: Worker[] = [];
  readonly #idle: Worker[] = [];
  /** Who waits for the job that a thread does. */
  readonly #current = new Map<Worker, { resolve: (result: R) => void; reject: (error: unknown) => void }>();
  readonly #waiting: (() => void)[] = [];
  #made = 0;

  /** `file`: a module that answers each message, a job, with one (answerJobs). `isWanted` is asked before a job is begun. */
  constructor(file: string, size: number, isWanted: (job: J) => boolean = () => true) {
    this.#file = file;
    this.#size = size;
    this.#isWanted = isWanted;
  }

  /** Has the job done as soon as a thread is free. Rejects when the job threw, ended its thread, or is not wanted any more. */
  async run(job: J): Promise<R> {
    const worker = await this.#take();
    try {
      if (!this.#isWanted(job)) throw new Error('it is not wanted any more');
      return await new Promise<R>((resolve, reject) => {
        this.#current.set(worker, { resolve, reject });
        worker.postMessage(job);
      });
    } finally {
      this.#current.delete(worker);
      this.#idle.push(worker);
      this.#waiting.shift()?.();
    }
  }

  #make(): Worker {
    const worker = new Worker(this.#file);
    this.#all.push(worker);
    worker.on('message', ({ result, fault }: { result: R; fault: string | undefined }) => {
      const current = this.#current.get(worker);
      if (fault === undefined) current?.resolve(result);
      else current?.reject(new Error(fault));
    });
    worker.on('error', (error) => this.#current.get(worker)?.reject(error));
    worker.on('exit', (status) =>
      this.#current.get(worker)?.reject(new Error(`it ended with status ${status}`)),
    );
    return worker;
  }

  async #take(): Promise<Worker> {
    for (;;) {
      const idle = this.#idle.pop();
      if (idle !== undefined && idle.threadId > 0) return idle;
      if (idle !== undefined) this.#made -= 1;
      if (this.#made < this.#size) {
        this.#made += 1;
        return this.#make();
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Ends all threads, and what they do at present. */
  async close(): Promise<void> {
    await Promise.all(this.#all.map((worker) => worker.terminate()));
  }
}

/** Does all jobs, as many at once as the runner likes; `done` hears of each, in the order in which they end. */
export async function runAll<J, R>(
  runner: Runner<J, R>,
  jobs: readonly J[],
  done: (job: J, result: R | Error) => void,
): Promise<void> {
  await Promise.all(
    jobs.map(async (job) => done(job, await runner.run(job).catch((error: unknown) => error as Error))),
  );
}
