/**
 * A submission's process, seen from the judge: messages to it and from it, its limits, and its end. Whatever happens
 * to the process, whoever waits for a message gets one, or learns that there is none and why.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { confined, confineRunning, type Layer, nodeMegabytes } from './layers.ts';
import { innermost, readMeter } from './meter.ts';
import { MESSAGE, mostWords } from './transcript.ts';

export interface Message {
  readonly kind: number;
  readonly number: number;
  readonly body: Buffer;
}

/** Why there is nothing more to be had of a process. */
export type EndReason = 'guest-time' | 'time' | 'memory' | 'sleeps' | 'ended' | 'nonsense';

/** The process has ended, or was ended. */
export class Ended extends Error {
  readonly reason: EndReason;

  constructor(reason: EndReason) {
    super(reason);
    this.reason = reason;
  }
}

export interface ConfinementOptions {
  readonly code: string;
  readonly layers: ReadonlySet<Layer>;
  readonly megabytes: number;
  /** Seconds of its processor time between two messages that are waited for. */
  readonly secondsPerAnswer: number;
  /** Seconds of its processor time from one `restart` to the next. */
  readonly seconds: number;
  /** Seconds of its processor time in all, which the system watches over, too. */
  readonly secondsInAll: number;
}

/** Milliseconds between two looks at the process. */
const interval = 50;
/** Looks on end at a process that sleeps and owes an answer, after which it will not wake up. */
const mostAsleep = 100;
/** Where a process cannot be looked at: how many times its seconds an answer may take. */
const patience = 20;

const header = 12;
const longest = 4 * mostWords;

/** SIGILL, SIGTRAP, SIGABRT, SIGKILL: how V8 and the system end a process that has used its memory up. */
const memorySignals: ReadonlySet<number> = new Set([4, 5, 6, 9]);
/** SIGXCPU. */
const timeSignal = 24;

export class Confinement {
  readonly #options: ConfinementOptions;
  readonly #process: ChildProcess;
  readonly #clock: NodeJS.Timeout;
  #pid: number;
  /** Why it was ended, or how it ended. */
  #reason: EndReason | undefined;
  #isGone = false;
  #wake: (() => void) | undefined;
  #waitingSince = 0;
  /** Whether a message has come since the last look. */
  #isFresh = true;
  /** Processor time at that look, at the last one, and when the count began. */
  #atAnswer = 0;
  #atLook = 0;
  #atStart = 0;
  #asleep = 0;

  constructor(options: ConfinementOptions) {
    this.#options = options;
    const { code, layers, megabytes, secondsInAll } = options;
    const { file, args, ...owner } = confined(code, layers, { megabytes, seconds: secondsInAll });
    this.#process = spawn(file, args, { stdio: ['pipe', 'pipe', 'ignore'], env: {}, ...owner });
    this.#pid = this.#process.pid ?? 0;
    this.#process.on('error', () => this.#gone('ended'));
    this.#process.on('exit', (status, signal) => {
      const number = signal === null ? (status ?? 0) - 128 : constants.signals[signal];
      this.#gone(memorySignals.has(number) ? 'memory' : number === timeSignal ? 'time' : 'ended');
    });
    // It may be gone before everything is written to it; `exit` says so.
    this.#process.stdin?.on('error', () => {});
    for (const event of ['readable', 'end', 'close']) this.#process.stdout?.on(event, () => this.#wake?.());
    this.#clock = setInterval(() => this.#look(), interval);
  }

  /** Waits until it runs, and confines it further. Rejects with Ended. */
  async start(): Promise<void> {
    const { kind } = await this.next();
    if (kind !== MESSAGE.READY) throw this.refuse();
    this.#pid = innermost(this.#pid);
    confineRunning(this.#pid, this.#options.layers);
    this.restart();
  }

  /** The count of its processor time begins anew. */
  restart(): void {
    this.#atStart = readMeter(this.#pid)?.seconds ?? 0;
    this.#isFresh = true;
  }

  send(number: number, text: string): void {
    const body = Buffer.from(text);
    const head = Buffer.alloc(8);
    head.writeUInt32LE(number, 0);
    head.writeUInt32LE(body.length, 4);
    if (!this.#isGone) this.#process.stdin?.write(Buffer.concat([head, body]));
  }

  /** The next message, in the order in which they were sent. Rejects with Ended when there are no more. */
  async next(): Promise<Message> {
    const head = await this.#take(header);
    const length = head.readUInt32LE(8);
    if (length > longest) throw this.refuse();
    const body = length === 0 ? Buffer.alloc(0) : await this.#take(length);
    this.#isFresh = true;
    return { kind: head.readUInt32LE(0), number: head.readUInt32LE(4), body };
  }

  /** Ends the process because of what it sent. */
  refuse(): Ended {
    this.#kill('nonsense');
    return new Ended('nonsense');
  }

  /** Ends the process, which is not needed any more. */
  close(): void {
    this.#kill('ended');
    clearInterval(this.#clock);
    this.#process.stdin?.destroy();
    this.#process.stdout?.destroy();
  }

  async #take(length: number): Promise<Buffer> {
    const stream = this.#process.stdout;
    this.#waitingSince = performance.now();
    for (;;) {
      const bytes = stream?.read(length) as Buffer | null;
      if (bytes?.length === length) return bytes;
      // At its end a stream gives what is left, and nothing after that.
      if (this.#isGone && (stream?.readableEnded !== false || stream.destroyed))
        throw new Ended(this.#reason ?? 'ended');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  #kill(reason: EndReason): void {
    this.#reason ??= reason;
    this.#process.kill('SIGKILL');
  }

  #gone(reason: EndReason): void {
    clearInterval(this.#clock);
    this.#reason ??= reason;
    this.#isGone = true;
    this.#wake?.();
  }

  /** Looks at what the process has used. */
  #look(): void {
    const { secondsPerAnswer, seconds, megabytes } = this.#options;
    const isWaitedFor = this.#wake !== undefined;
    const reading = readMeter(this.#pid);
    if (reading === undefined) {
      const waited = performance.now() - this.#waitingSince;
      if (isWaitedFor && waited > 1000 * patience * secondsPerAnswer) this.#kill('guest-time');
      return;
    }
    const isAsleep = isWaitedFor && reading.sleeps && reading.seconds === this.#atLook && !this.#isFresh;
    this.#asleep = isAsleep ? this.#asleep + 1 : 0;
    this.#atLook = reading.seconds;
    if (this.#isFresh) this.#atAnswer = reading.seconds;
    this.#isFresh = false;
    if (reading.seconds - this.#atAnswer > secondsPerAnswer) this.#killUnlessFresh('guest-time');
    else if (reading.seconds - this.#atStart > seconds) this.#killUnlessFresh('time');
    else if (reading.megabytes > megabytes + nodeMegabytes) this.#kill('memory');
    else if (this.#asleep > mostAsleep) this.#kill('sleeps');
  }

  /** An answer may be on its way: it comes before the process is ended. */
  #killUnlessFresh(reason: EndReason): void {
    setImmediate(() => {
      if (!this.#isFresh) this.#kill(reason);
    });
  }
}
