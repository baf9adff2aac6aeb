/**
 * A submission as a candidate: its process is given the guests beforehand, several at a time, and hands in what its monitor did
 * (transcript.ts); what is judged is that, replayed.
 */
import type { Asked } from '../judge.ts';
import { imageOf, type Program } from '../program.ts';
import { ahead } from '../properties.ts';
import type { Candidate } from '../subject.ts';
import { Confinement, Ended, type EndReason, type ConfinementOptions } from './confinement.ts';
import { ReplayedSubject, type Transcript } from './replay.ts';
import type { Submission } from './child.ts';
import { type RefusalReason, SubmissionError } from './refusal.ts';
import type { SubmissionFiles } from './submission.ts';
import { MESSAGE, OP, type Order } from './transcript.ts';

export interface RemoteOptions extends Omit<ConfinementOptions, 'code'> {
  /** Seconds of processor time for one guest. */
  readonly secondsPerAnswer: number;
  readonly files: SubmissionFiles;
  /** The bundles of child.ts, kit.ts and strip.ts. */
  readonly child: string;
  readonly kit: string;
  readonly strip: string;
}

/** Guests that the process is given together. */
const batch = ahead / 2;

/** Seconds of processor time that a process counts for, however early it ends. */
const leastSeconds = 0.1;

/** Bytes of one guest's transcript. */
const mostBytes = 2 ** 26;

export class RemoteCandidate implements Candidate {
  readonly name: string;
  /** Characters that it printed. */
  printed = 0;
  /** Why its process ended in the middle of the guest that was asked last. */
  ended: EndReason | undefined;
  readonly #options: RemoteOptions;
  #process: Confinement | undefined;
  /** Guests that the process was given and has not handed in, by numbers, and those that it has. */
  readonly #given = new Map<Program, number>();
  readonly #done = new Map<Program, readonly Int32Array[]>();
  #count = 0;
  /** Guests that its present process has handed in. */
  #handedIn = 0;
  /** Seconds of processor time that earlier processes have used for the present question. */
  #spent = 0;
  /** Guests that are given one by one: together they were too much. */
  #singly = 0;
  #current: { readonly program: Program; readonly transcript: Transcript } | undefined;

  constructor(name: string, options: RemoteOptions) {
    this.name = name;
    this.#options = options;
  }

  /** Starts its process. Rejects with SubmissionError when the submission is no monitor. */
  async load(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
      throw new SubmissionError('load-limit', `it cannot be loaded: ${this.told(error.reason)}`);
    }
  }

  /** Starts its process, if there is none. Rejects with Ended or SubmissionError. */
  async #start(): Promise<Confinement> {
    if (this.#process !== undefined) return this.#process;
    const { files, child, kit, strip, seconds, secondsPerAnswer, ...rest } = this.#options;
    const started = new Confinement({ ...rest, seconds: seconds - this.#spent, code: child });
    this.#process = started;
    this.#handedIn = 0;
    try {
      await started.start();
      const first: Submission = { kit, strip, main: files.main() };
      started.send(0, JSON.stringify(first));
      for (;;) {
        const { kind, body } = await started.next();
        const [left = '', ...right] = body.toString().split('\n');
        if (kind === MESSAGE.LOADED) {
          started.limitAnswers(secondsPerAnswer);
          return started;
        }
        if (kind === MESSAGE.REFUSED) throw refusal(left, right.join(' '));
        if (kind !== MESSAGE.IMPORT) throw started.refuse();
        started.send(0, JSON.stringify(files.imported(right.join('\n'), left)));
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Whether its factory threw for the guest that was asked last. One guest is enough to see it: the factory is called for each. */
  get failedAtOnce(): boolean {
    const turns = this.#current?.transcript.turns ?? [];
    return turns.length === 1 && turns[0]?.[0] === OP.THREW;
  }

  /** A question begins: its processor time is counted anew. */
  restart(): void {
    this.#spent = 0;
    this.#process?.restart(this.#options.seconds);
  }

  close(): void {
    if (this.#process !== undefined) this.#spent += Math.max(this.#process.used, leastSeconds);
    this.#process?.close();
    this.#process = undefined;
    this.#given.clear();
    this.#done.clear();
  }

  /**
   * Has the process run the guests that are asked about, and waits for the first. If the process ends, that may be because of what
   * it did before or does beside, so the guest is given to a new process, alone. What comes of that depends on the guest only.
   */
  async prepare(asked: Asked): Promise<void> {
    this.ended = undefined;
    const turns: Int32Array[] = [];
    let missing: string | undefined;
    try {
      await this.#prepare(asked, turns);
    } catch (error) {
      const together = this.#given.size;
      const isAlone = together <= 1 && this.#handedIn === 0;
      this.close();
      const reason = error instanceof Ended ? error.reason : 'ended';
      if (!(error instanceof Ended || error instanceof SubmissionError)) throw error;
      if (!isAlone && reason !== 'time') {
        this.#singly = Math.max(this.#singly + 1, together);
        await this.prepare(asked);
        return;
      }
      this.ended = reason;
      missing = this.told(reason);
    }
    this.#current = { program: asked.program, transcript: { turns, missing } };
  }

  /** `turns` gets those that were handed in, also when there will be no more. */
  async #prepare(asked: Asked, turns: Int32Array[]): Promise<void> {
    const process = await this.#start();
    const { program, next = [] } = asked;
    if (!this.#done.has(program) && !this.#given.has(program)) {
      // Something else is asked than was to be expected. What the process does at present is of no use any more.
      while (this.#given.size > 0) await this.#collect(process, []);
      this.#done.clear();
      this.#give(process, this.#singly > 0 ? [asked] : [asked, ...next].slice(0, batch));
    }
    if (this.#singly > 0) this.#singly -= 1;
    else if (this.#given.size <= batch) {
      const rest = next.filter((one) => !this.#given.has(one.program) && !this.#done.has(one.program));
      // Half a batch is worth a message only when there will be no more.
      if (rest.length >= batch || (rest.length > 0 && next.length < ahead))
        this.#give(process, rest.slice(0, batch));
    }
    while (!this.#done.has(program)) await this.#collect(process, turns);
    turns.splice(0, turns.length, ...(this.#done.get(program) ?? []));
    this.#done.delete(program);
  }

  /** Gives the process guests; it hands them in together. */
  #give(process: Confinement, list: readonly Asked[]): void {
    const orders = list.map(({ program, variant, steps }, n) => {
      this.#given.set(program, this.#count + n);
      const { entry, segments } = imageOf(program);
      const order: Order = {
        entry,
        segments: segments.map(({ address, size, bytes }) => [
          address,
          size,
          Buffer.from(bytes).toString('hex'),
        ]),
        input: program.input,
        unprivileged: [...variant.unprivileged],
        cpuid: variant.cpuid,
        steps,
      };
      return JSON.stringify(order);
    });
    process.send(this.#count, JSON.stringify(orders));
    this.#count += orders.length;
  }

  /** Takes the next guest that the process hands in; `turns` gets its turns as they come. */
  async #collect(process: Confinement, turns: Int32Array[]): Promise<void> {
    let bytes = 0;
    turns.length = 0;
    for (;;) {
      const { kind, number, body } = await process.next();
      const [first] = this.#given;
      if (first === undefined || first[1] !== number) throw process.refuse();
      if (kind === MESSAGE.MEMORY) throw new Ended('memory');
      if (kind === MESSAGE.DONE) {
        this.#handedIn += 1;
        this.#given.delete(first[0]);
        this.#done.set(first[0], [...turns]);
        return;
      }
      bytes += body.length;
      if (kind !== MESSAGE.TURN || bytes > mostBytes || body.length % 4 !== 0) throw process.refuse();
      turns.push(new Int32Array(Uint8Array.from(body).buffer));
    }
  }

  make(...[program, variant, setting]: Parameters<Candidate['make']>) {
    const current = this.#current;
    if (current?.program !== program) throw new Error('the guest was not prepared');
    return new ReplayedSubject(current.transcript, program, variant, setting);
  }

  /** The end of a process in words. */
  told(reason: EndReason): string {
    const { secondsPerAnswer, seconds, megabytes } = this.#options;
    const texts: Readonly<Record<EndReason, string>> = {
      'guest-time': `it used more than ${secondsPerAnswer} seconds of processor time`,
      time: `it used more than ${seconds} seconds of processor time`,
      memory: `it used more than ${megabytes} MB`,
      sleeps: 'it waits for something that never comes',
      ended: 'it ended its process',
      nonsense: 'what its process hands in is no transcript of a monitor',
    };
    return texts[reason];
  }
}

/** What the process says of itself: a reason that there is, or none. */
function refusal(reason: string, text: string): SubmissionError {
  const known: readonly RefusalReason[] = ['never-settles', 'no-export', 'syntax-error', 'load-error'];
  return new SubmissionError(known.find((one) => one === reason) ?? 'load-error', text);
}
