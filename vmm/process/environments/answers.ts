/** Answers the calls of a process by its environment's table. */
import { answer } from '../calls/answer.ts';
import { ERRNO } from '../errno.ts';
import type { Process } from '../process.ts';
import { type Environment, Refusal } from './environment.ts';
import { describeUnknown, type UnknownCall } from './unknown.ts';

export class Answers {
  /** How many calls were made, by name. */
  readonly made = new Map<string, number>();
  /** What was answered last, by the call's number; null = nothing. */
  readonly #last = new Map<number, number | null>();
  readonly #environment: Environment;
  readonly #onUnknown: ((call: UnknownCall) => void) | undefined;
  #unknown: UnknownCall | undefined;
  #refusal: { readonly pc: number; readonly reason: string } | undefined;

  /** `onUnknown` is told the first call that is not known but answered, before it is answered. */
  constructor(environment: Environment, onUnknown?: (call: UnknownCall) => void) {
    this.#environment = environment;
    this.#onUnknown = onUnknown;
  }

  /** The first call that was not known, but answered. */
  get unknown(): UnknownCall | undefined {
    return this.#unknown;
  }

  /** Why the environment ended the program, and where (unsigned); undefined if it did not. */
  get refusal(): { readonly pc: number; readonly reason: string } | undefined {
    return this.#refusal;
  }

  /** The name of the call that a program with the registers `x` makes. */
  callName(x: Int32Array): string {
    const number = x[this.#environment.numberIn] as number;
    return this.#environment.calls.get(number)?.name ?? `system call ${number}`;
  }

  /** What was answered last to that call: null = nothing; undefined if it was never made. */
  lastAnswer(x: Int32Array): number | null | undefined {
    return this.#last.get(x[this.#environment.numberIn] as number);
  }

  /** Answers the call that the process makes by the `ecall` at `pc` (unsigned). */
  call(process: Process, pc: number): void {
    const { x } = process.machine;
    const { numberIn, calls } = this.#environment;
    const number = x[numberIn] as number;
    const call = calls.get(number);
    const name = this.callName(x);
    this.made.set(name, (this.made.get(name) ?? 0) + 1);
    const first = numberIn === 10 ? 11 : 10;
    try {
      const result = call ? answer(process, call, x.subarray(first)) : this.#answerUnknown(process, pc);
      if (result !== undefined) x[10] = result;
      this.#last.set(number, result ?? null);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#refuse(process, pc, `${name} (${numberIn === 10 ? 'a0' : 'a7'} = ${number}): ${error.message}`);
    }
  }

  #answerUnknown(process: Process, pc: number): number | undefined {
    const { x, steps: step } = process.machine;
    const says = describeUnknown(x[17] as number, x[10] as number, this.#environment);
    if (this.#environment.unknown === 'ends') return this.#refuse(process, pc, says);
    if (this.#unknown === undefined) {
      this.#unknown = { pc, step, says };
      this.#onUnknown?.(this.#unknown);
    }
    return -ERRNO.ENOSYS;
  }

  #refuse(process: Process, pc: number, reason: string): undefined {
    this.#refusal = { pc, reason };
    process.exit(0);
    return undefined;
  }
}
