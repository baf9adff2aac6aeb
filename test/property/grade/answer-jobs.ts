/** A pool's thread: does one job after another. */
import { parentPort } from 'node:worker_threads';

export function answerJobs<J>(work: (job: J) => unknown): void {
  parentPort?.on('message', (job: J) => {
    Promise.resolve()
      .then(() => work(job))
      .then((result) => parentPort?.postMessage({ result }))
      .catch((error: unknown) =>
        parentPort?.postMessage({
          fault: error instanceof Error ? (error.stack ?? error.message) : String(error),
        }),
      );
  });
}
