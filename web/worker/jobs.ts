/**
 * Does what is asked, one request after the other, a few milliseconds at a time: in between, messages come in, and `stop`
 * ends everything that is under way. Work that is left off needs no cleaning up.
 */
import type { Work } from '../../isa/work.ts';
import type { Desk } from './desk.ts';
import type { FromWorker, ToWorker } from './protocol.ts';

type Request = Exclude<ToWorker, { kind: 'stop' }>;
/** Handlers as they are called here: by the kind of a request whose type is checked where it is sent. */
type AnyHandlers = Readonly<Record<string, (ask: unknown, desk: Desk) => unknown>>;

const slice = 8;
/** Milliseconds between two reports of progress. */
const between = 50;

export class Jobs {
  readonly #handlers: AnyHandlers;
  readonly #desk: Desk;
  readonly #post: (message: FromWorker) => void;
  /** Lets messages come in. */
  readonly #breathe: () => Promise<void>;
  #queue: Request[] = [];
  #isRunning = false;
  #stopped = false;

  constructor(
    handlers: object,
    desk: Desk,
    post: (message: FromWorker) => void,
    breathe: () => Promise<void>,
  ) {
    this.#handlers = handlers as AnyHandlers;
    this.#desk = desk;
    this.#post = post;
    this.#breathe = breathe;
  }

  /** Takes a message. */
  take(message: ToWorker): void {
    if (message.kind === 'stop') this.#stop(message.id);
    else {
      this.#queue.push(message);
      if (!this.#isRunning) void this.#run();
    }
  }

  #stop(id: number): void {
    for (const { id: waiting } of this.#queue) this.#post({ id: waiting, kind: 'stopped' });
    this.#queue = [];
    this.#stopped = this.#isRunning;
    this.#post({ id, kind: 'answer', answer: null });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let job = this.#queue.shift(); job !== undefined; job = this.#queue.shift()) {
      this.#stopped = false;
      this.#post(await this.#answer(job));
    }
    this.#isRunning = false;
  }

  async #answer({ id, kind, ask }: Request): Promise<FromWorker> {
    try {
      const result = this.#handlers[kind]?.(ask, this.#desk);
      if (!isWork(result)) return { id, kind: 'answer', answer: result };
      return await this.#drive(id, result);
    } catch (error) {
      return { id, kind: 'failed', message: (error as Error).message };
    }
  }

  async #drive(id: number, work: Work<unknown, unknown>): Promise<FromWorker> {
    let told = performance.now();
    for (;;) {
      const started = performance.now();
      let progress: unknown;
      while (performance.now() - started < slice) {
        const { done, value } = work.next();
        if (done) return { id, kind: 'answer', answer: value };
        progress = value ?? progress;
      }
      if (progress !== undefined && performance.now() - told >= between) {
        told = performance.now();
        this.#post({ id, kind: 'progress', progress });
      }
      await this.#breathe();
      if (this.#stopped) {
        work.return(undefined as never);
        return { id, kind: 'stopped' };
      }
    }
  }
}

function isWork(value: unknown): value is Work<unknown, unknown> {
  return typeof value === 'object' && value !== null && 'next' in value && Symbol.iterator in value;
}
