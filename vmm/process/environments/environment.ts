/** What an environment is: whose calls a program makes, how it makes them, where it begins and how it may end. */
import type { CallTable } from '../calls/call.ts';

export interface Environment {
  /** As `--environment` has it. */
  readonly name: string;
  /** As people write it. */
  readonly title: string;
  readonly calls: CallTable;
  /** The register that holds the call's number: 17 (a7), or 10 (a0). Arguments are in a0 on, or in a1 on. */
  readonly numberIn: 17 | 10;
  /** A number that is not in the table: the call answers ENOSYS and the program goes on, or the program is ended. */
  readonly unknown: 'answers' | 'ends';
  /** Where a program without `_start` begins: at its first instruction, at a global `main`, or at any `main`. */
  readonly begins: 'first' | 'global main' | 'main';
  /** Whether it may end by returning from where it began, or by running past its last instruction. */
  readonly returns: boolean;
  /** What a0 and a1 hold at the start: nothing, or argc and argv, with the program's name or without. */
  readonly arguments: 'none' | 'named' | 'unnamed';
}

/** A program that its environment ends, as it asks for something that cannot be; the message says what and why. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
