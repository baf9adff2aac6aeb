/** A guest under a submission's monitor, as its transcripts say: every call is made again on the real machine that is watched. */
import { printable } from '../../../isa/machine/printable.ts';
import type { Stop } from '../../../isa/machine/stop.ts';
import { systemRegisters } from '../../../isa/table/sysregs.ts';
import type { Variant } from '../../../isa/table/variants.ts';
import type { GuestState } from '../contract.ts';
import type { Hardware } from '../hardware.ts';
import { watchedHardware } from '../hosted.ts';
import { imageOf, type Program } from '../program.ts';
import type { Setting, Subject } from '../subject.ts';
import type { Watch } from '../watch.ts';
import { mostChanges, OP, stopKinds } from './transcript.ts';

/** What a process has handed in about one guest. */
export interface Transcript {
  /** How the monitor was made, then each turn. */
  readonly turns: readonly Int32Array[];
  /** Why there are no more, if the process did not say so itself. */
  readonly missing: string | undefined;
}

/** Bytes that WRITEs of one turn may change. */
const mostWritten = 2 ** 24;

/** A transcript is none. The process was tampered with, or the submission wrote it. */
class Nonsense extends Error {
  constructor() {
    super('what its process hands in is no transcript of a monitor');
  }
}

/** Reads a turn word by word. */
class Reader {
  readonly #words: Int32Array;
  #at = 0;

  constructor(words: Int32Array) {
    this.#words = words;
  }

  next(): number {
    if (this.#at >= this.#words.length) throw new Nonsense();
    return this.#words[this.#at++] as number;
  }

  /** A text of the submission's, in one line and without anything that a terminal obeys. */
  text(): string {
    const length = this.next();
    if (length < 0 || length > this.#words.length - this.#at) throw new Nonsense();
    const units = this.#words.subarray(this.#at, this.#at + length);
    const text = Array.from(units, (unit) => String.fromCharCode(unit & 0xffff)).join('');
    return printable(text.replaceAll(/\s+/g, ' '));
  }
}

const made: Stop = { kind: 'limit' };

export class ReplayedSubject implements Subject {
  readonly printed: readonly number[];
  readonly disk: Uint8Array;
  readonly memory: Uint8Array;
  guest: GuestState;
  /** Characters that the monitor printed. */
  said = 0;
  readonly #hardware: Hardware<Watch>;
  readonly #transcript: Transcript;
  #turn = 0;

  constructor(transcript: Transcript, program: Program, variant: Variant, { guarded }: Setting) {
    this.#hardware = watchedHardware(program, variant, guarded);
    ({ printed: this.printed, disk: this.disk, memory: this.memory } = this.#hardware);
    this.#transcript = transcript;
    const { entry } = imageOf(program);
    this.guest = { pc: entry, status: 0, steps: 0, waiting: false, readSystem: () => 0 };
    this.#hardware.gate.begin(0);
    this.#replay();
  }

  get x() {
    return this.#hardware.x;
  }

  get counts() {
    return this.#hardware.counts;
  }

  run(until: number): Stop {
    this.#hardware.gate.begin(until - this.guest.steps);
    return this.#replay();
  }

  trespass() {
    return this.#hardware.gate.trespass();
  }

  close(): void {}

  /** Makes the calls of the next turn. Throws what the machine throws, and what the monitor threw. */
  #replay(): Stop {
    const words = this.#transcript.turns[this.#turn++];
    if (words === undefined) throw new Error(this.#transcript.missing ?? new Nonsense().message);
    const reader = new Reader(words);
    let [changes, written] = [0, 0];
    for (;;) {
      const op = reader.next();
      if (op === OP.MADE && this.#turn === 1) return made;
      if (op === OP.ANSWER && this.#turn > 1) return this.#answer(reader);
      if (op === OP.THREW) {
        this.said += reader.next();
        throw new Error(reader.text());
      }
      changes += 1;
      if (op === OP.OVER || changes > mostChanges)
        throw new Error(`it changes the real machine more than ${mostChanges} times in one turn`);
      written += this.#call(op, reader);
      if (written > mostWritten) throw new Nonsense();
    }
  }

  /** Makes one call; returns the bytes that it wrote. */
  #call(op: number, reader: Reader): number {
    const hardware = this.#hardware;
    switch (op) {
      case OP.SYSTEM: {
        const number = reader.next();
        hardware.writeSystem(number, reader.next());
        return 0;
      }
      case OP.WRITE:
        return this.#write(reader);
      case OP.INPUT:
        hardware.input(reader.next());
        return 0;
      case OP.OUTPUT: {
        const port = reader.next();
        hardware.output(port, reader.next());
        return 0;
      }
      case OP.WAIT:
        hardware.wait();
        return 0;
      case OP.RUN:
        hardware.run();
        return 0;
      case OP.REGISTER: {
        const number = reader.next();
        if (number < 0 || number > 31) throw new Nonsense();
        this.x[number] = reader.next();
        return 0;
      }
      default:
        throw new Nonsense();
    }
  }

  #write(reader: Reader): number {
    const [at, width, value, count] = [reader.next(), reader.next(), reader.next(), reader.next()];
    if (count < 1 || count > mostWritten) throw new Nonsense();
    for (let n = 0; n < count; n++) this.#hardware.write(at + n * width, width, value);
    return count * width;
  }

  #answer(reader: Reader): Stop {
    const kind = stopKinds[reader.next()];
    const [a, b, pc, status, steps, waiting, said] = Array.from({ length: 7 }, () => reader.next()) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const system = systemRegisters.map(() => reader.next());
    if (kind === undefined || steps < 0 || said < 0) throw new Nonsense();
    this.said = said;
    this.guest = { pc, status, steps, waiting: waiting !== 0, readSystem: (n) => system[n] ?? 0 };
    if (kind === 'power') return { kind, status: a };
    if (kind === 'unhandled') return { kind, cause: a, value: b };
    return { kind };
  }
}
