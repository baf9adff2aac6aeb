/**
 * The signals of a process: what it wants done about each, and which it holds back. Only it can
 * send itself one. What Linux does by default is done; a handler of its own is never run.
 */
import { CallError } from './errno.ts';

export const SIG = { KILL: 9, PIPE: 13, CHLD: 17, CONT: 18, STOP: 19, TSTP: 20, TTIN: 21, TTOU: 22 } as const;

/** The highest signal's number. */
const highest = 64;

/** `struct sigaction` of riscv32: handler, flags, mask of 64 bits. */
export const ACTION_SIZE = 16;

const HANDLER = { DEFAULT: 0, IGNORE: 1 } as const;

/** SIGURG, SIGWINCH and these are ignored by default. */
const ignored: ReadonlySet<number> = new Set([SIG.CHLD, SIG.CONT, 23, 28]);

export class Signals {
  readonly #actions = new Map<number, Uint8Array>();
  /** The signals held back, 64 bits. */
  mask: Uint8Array = new Uint8Array(8);

  /** What is done about the signal, as `struct sigaction`. Throws EINVAL. */
  action(signal: number): Uint8Array {
    if (signal < 1 || signal > highest) throw new CallError('EINVAL');
    return this.#actions.get(signal) ?? new Uint8Array(ACTION_SIZE);
  }

  /** Throws EINVAL where the process has no choice. */
  setAction(signal: number, action: Uint8Array): void {
    if (signal === SIG.KILL || signal === SIG.STOP) throw new CallError('EINVAL');
    this.#actions.set(signal, action);
  }

  /** What the signal does to the process. */
  effect(signal: number): 'nothing' | 'handler' | 'end' {
    const handler = new DataView(this.action(signal).buffer).getUint32(0, true);
    if (handler === HANDLER.IGNORE) return 'nothing';
    if (handler !== HANDLER.DEFAULT) return 'handler';
    return ignored.has(signal) ? 'nothing' : 'end';
  }
}
