/** What kills a process: the signal that Linux sends for a trap (arch/riscv/kernel/traps.c). */
import { CAUSE } from '../../isa/table/traps.ts';
import { RIGHT } from './space.ts';

export interface Signal {
  readonly name: string;
  /** A shell shows 128 more as the status of a process that it killed. */
  readonly number: number;
}

const SIGILL: Signal = { name: 'SIGILL', number: 4 };
const SIGTRAP: Signal = { name: 'SIGTRAP', number: 5 };
const SIGBUS: Signal = { name: 'SIGBUS', number: 7 };
const SIGSEGV: Signal = { name: 'SIGSEGV', number: 11 };

/** The signal for a trap cause, unsigned. */
export function signalOf(cause: number): Signal {
  switch (cause) {
    case CAUSE.ILLEGAL:
    case CAUSE.PRIVILEGED:
      return SIGILL;
    case CAUSE.BREAKPOINT:
      return SIGTRAP;
    case CAUSE.MISALIGNED:
      return SIGBUS;
    default:
      return SIGSEGV;
  }
}

/** The right that the page lacked, by the cause of the fault. */
export const rightMissing: ReadonlyMap<number, number> = new Map([
  [CAUSE.FETCH_PAGE, RIGHT.EXECUTE],
  [CAUSE.LOAD_PAGE, RIGHT.READ],
  [CAUSE.STORE_PAGE, RIGHT.WRITE],
]);
