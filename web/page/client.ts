/** A worker as a function: `ask` sends a request and gives its answer. */
import type { FromWorker, Kind, Requests, ToWorker } from '../worker/protocol.ts';

/** The request was ended by `stop`, or by the worker's end. */
export class Stopped extends Error {}

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((progress: never) => void) | undefined;
}

/** Milliseconds that a worker may need to hear `stop`. Then it is ended, and another begins. */
const patience = 2000;

export class Client {
  readonly #start: () => Worker;
  #files: Readonly<Record<string, string>>;
  #worker: Worker | undefined;
  #waiting = new Map<number, Waiting>();
  #ids = 0;

  /** `start` makes the worker when it is needed; it is given `files` first. */
  constructor(start: () => Worker, files: Readonly<Record<string, string>>) {
    this.#start = start;
    this.#files = files;
  }

  /** Whether an answer is outstanding. */
  get isBusy(): boolean {
    return this.#waiting.size > 0;
  }

  /** Gives the worker other files: the library and what stands beside the reader's own. */
  share(files: Readonly<Record<string, string>>): void {
    this.#files = files;
    if (this.#worker !== undefined) void this.ask('files', files);
  }

  /** Asks the worker. Rejects with Stopped, or with an Error that has the worker's message. */
  ask<K extends Kind>(
    kind: K,
    ask: Requests[K]['ask'],
    onProgress?: (progress: never) => void,
  ): Promise<Requests[K]['answer']> {
    return this.#send(kind, ask, onProgress);
  }

  /** Ends what is under way. True: the worker goes on; false: it did not answer, and a new one that knows nothing is there. */
  async stop(): Promise<boolean> {
    if (this.#worker === undefined) return true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(resolve, patience, false);
    });
    const answered = this.#send('stop', undefined, undefined).then(
      () => true,
      () => true,
    );
    const isAlive = await Promise.race([answered, late]);
    clearTimeout(timer);
    if (!isAlive) this.end();
    return isAlive;
  }

  /** Ends the worker, and with it everything that was asked. The next request starts another. */
  end(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new Stopped());
  }

  #send(kind: Kind | 'stop', ask: unknown, onProgress: Waiting['onProgress']): Promise<never> {
    const worker = this.#running();
    const id = ++this.#ids;
    const answer = new Promise<never>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, onProgress });
    });
    worker.postMessage({ id, kind, ask } as ToWorker);
    return answer;
  }

  #running(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = this.#start();
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#take(data);
    this.#worker = worker;
    void this.ask('files', this.#files);
    return worker;
  }

  #take(message: FromWorker): void {
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) return;
    if (message.kind === 'progress') {
      waiting.onProgress?.(message.progress as never);
      return;
    }
    this.#waiting.delete(message.id);
    if (message.kind === 'answer') waiting.resolve(message.answer as never);
    else if (message.kind === 'stopped') waiting.reject(new Stopped());
    else waiting.reject(new Error(message.message));
  }
}
