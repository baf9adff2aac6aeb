/**
 * What a submission's process hands in: a transcript of the calls that its monitor made to the real machine,
 * turn by turn, in 32-bit words. Calls that only read are not in it. The process makes them on a copy of the real machine
 * (kit.ts); the judge makes them again, on the real machine that is watched (replay.ts), and believes only what happens there.
 * So the border is crossed once for each turn, not for each call.
 *
 *     SYSTEM number value                    machine.writeSystem
 *     WRITE address width value count        machine.write, at `count` places on end
 *     INPUT port, OUTPUT port value, WAIT, RUN
 *     REGISTER number value                  a general register that the monitor changed
 *
 * A turn ends with one of
 *
 *     MADE                                   the factory has returned a monitor
 *     ANSWER stop a b pc status steps waiting printed, then the system registers
 *     THREW printed length, then the message's UTF-16 units
 *     OVER printed                           it made more changes than a turn may have
 */
export const OP = {
  SYSTEM: 1,
  WRITE: 2,
  INPUT: 3,
  OUTPUT: 4,
  WAIT: 5,
  RUN: 6,
  REGISTER: 7,
  MADE: 8,
  ANSWER: 9,
  THREW: 10,
  OVER: 11,
} as const;

/** The stops that a monitor may return, by number. */
export const stopKinds = ['limit', 'power', 'unhandled', 'forever', 'input'] as const;

/** Changes to the real machine that one turn may have. */
export const mostChanges = 200_000;

/** Characters of a message. */
export const mostCharacters = 400;

/** Words of the longest transcript of a turn. */
export const mostWords = 5 * mostChanges + mostCharacters + 64;

/** What the judge's process and a submission's say to each other, by number; each message is preceded by its kind, a number and its length in bytes. */
export const MESSAGE = {
  /** The process runs, and may be confined further. */
  READY: 1,
  /** The submission is loaded. */
  LOADED: 2,
  /** It is no monitor; the text says why, after the name of the reason. */
  REFUSED: 3,
  /** One turn of the guest of this number. */
  TURN: 4,
  /** The guest of this number is done. */
  DONE: 5,
  /** It imports something: the text is the importing file and the specifier, a line each. */
  IMPORT: 6,
  /** The guest of this number got no memory. What is left of the process may not go on. */
  MEMORY: 7,
} as const;

/** A guest for a submission's process. */
export interface Order {
  readonly entry: number;
  /** Address, size in memory, bytes in hexadecimal. */
  readonly segments: readonly (readonly [address: number, size: number, bytes: string])[];
  readonly input: readonly number[];
  readonly unprivileged: readonly string[];
  readonly cpuid: number;
  /** The steps at which its turns end. */
  readonly steps: readonly number[];
}
