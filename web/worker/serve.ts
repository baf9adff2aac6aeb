/** Hands a worker's messages to Jobs. */
import { Desk } from './desk.ts';
import { Jobs } from './jobs.ts';
import type { FromWorker, ToWorker } from './protocol.ts';

/** A worker's global scope, as far as it is used here. */
interface WorkerScope {
  onmessage: (event: { data: ToWorker }) => void;
  postMessage(message: FromWorker): void;
}

const scope = globalThis as unknown as WorkerScope;

/** A message to oneself comes after those that wait, and sooner than any timer. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(null);
  });
}

const channel = new MessageChannel();

/** Answers the page by these handlers. */
export function serveJobs(handlers: object): void {
  const jobs = new Jobs(handlers, new Desk(), (message) => scope.postMessage(message), breathe);
  scope.onmessage = ({ data }) => jobs.take(data);
}
