/**
 * A submission's process, seen from the judge: messages to it and from it, its limits, and its end. Whatever happens
 * to the process, whoever waits for a message gets one, or learns that there is none and why.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { confined, confineRunning, type Layer, nodeMegabytes } from './layers.ts';
import { innermost, isStill, readMeter } from './meter.ts';
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
  /** Seconds of its processor time until the first `restart`. */
  readonly seconds: number;
  /** Seconds of its processor time in all, which the system watches over, too. */
  readonly secondsInAll: number;
}

/** Megabytes of programs and libraries: they count in what a process has, and not in its limit (layers.ts). */
const programMegabytes = 96;

/** Milliseconds between two looks at the process. */
const interval = 50;
/**
 * Looks on end at which a process that owes an answer is still, with no message on its way. One would do for a process that sleeps:
 * a submission has no timers, so nothing can wake it any more. But a process that was stopped together with the judge, and is
 * continued together with it, gets some time to be so.
 */
const mostStill = 20;
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
  #seconds: number;
  #secondsPerAnswer: number;
  /** It has said that it runs. Before that, what is looked at may be a program that starts it and sleeps meanwhile. */
  #isStarted = false;
  #still = 0;
  /** Whether bytes have come since the last look. */
  #isHeard = false;

  constructor(options: ConfinementOptions) {
    this.#options = options;
    this.#seconds = options.seconds;
    this.#secondsPerAnswer = options.seconds;
    const { code, layers, megabytes, secondsInAll } = options;
    const { file, args, ...owner } = confined(code, layers, { megabytes, seconds: secondsInAll });
    this.#process = spawn(file, args, { stdio: ['pipe', 'pipe', 'ignore'], ...owner });
    this.#pid = this.#process.pid ?? 0;
    this.#process.on('error', () => this.#gone('ended'));
    this.#process.on('exit', (status, signal) => {
      const number = signal === null ? (status ?? 0) - 128 : constants.signals[signal];
      this.#gone(memorySignals.has(number) ? 'memory' : number === timeSignal ? 'time' : 'ended');
    });
    // It may be gone before everything is written to it; `exit` says so.
    this.#process.stdin?.on('error', () => {});
    for (const event of ['readable', 'end', 'close']) {
      this.#process.stdout?.on(event, () => {
        this.#isHeard = true;
        this.#wake?.();
      });
    }
    this.#clock = setInterval(() => this.#look(), interval);
  }

  /** Waits until it runs, and confines it further. Rejects with Ended. */
  async start(): Promise<void> {
    const { kind } = await this.next();
    if (kind !== MESSAGE.READY) throw this.refuse();
    this.#pid = innermost(this.#pid);
    confineRunning(this.#pid, this.#options.layers);
    this.#isStarted = true;
  }

  /** From here on, limits its processor time between two messages that are waited for. */
  limitAnswers(seconds: number): void {
    this.#secondsPerAnswer = seconds;
  }

  /** Its processor time is counted anew, up to `seconds`. */
  restart(seconds: number): void {
    this.#seconds = seconds;
    this.#atStart = readMeter(this.#pid)?.seconds ?? this.#atLook;
    this.#isFresh = true;
  }

  /** Seconds of its processor time since it was started or the count began anew, as far as they were seen. */
  get used(): number {
    return Math.max(this.#atLook - this.#atStart, 0);
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
    const { megabytes } = this.#options;
    const isWaitedFor = this.#wake !== undefined;
    const reading = readMeter(this.#pid);
    if (reading === undefined) {
      const waited = performance.now() - this.#waitingSince;
      if (isWaitedFor && waited > 1000 * patience * this.#secondsPerAnswer) this.#kill('guest-time');
      return;
    }
    const hasUsedNothing = reading.seconds === this.#atLook && !this.#isFresh && !this.#isHeard;
    const owes = this.#isStarted && isWaitedFor && this.#process.stdin?.writableLength === 0;
    this.#still = owes && hasUsedNothing && reading.idles && isStill(this.#pid) ? this.#still + 1 : 0;
    this.#isHeard = false;
    this.#atLook = reading.seconds;
    if (this.#isFresh) this.#atAnswer = reading.seconds;
    this.#isFresh = false;
    if (reading.seconds - this.#atStart > this.#seconds) this.#killUnlessFresh('time');
    else if (reading.seconds - this.#atAnswer > this.#secondsPerAnswer) this.#killUnlessFresh('guest-time');
    else if (reading.megabytes > megabytes + nodeMegabytes + programMegabytes) this.#kill('memory');
    else if (this.#still > mostStill) this.#kill('sleeps');
  }

  /** An answer may be on its way: it comes before the process is ended. */
  #killUnlessFresh(reason: EndReason): void {
    setImmediate(() => {
      if (!this.#isFresh) this.#kill(reason);
    });
  }
}
