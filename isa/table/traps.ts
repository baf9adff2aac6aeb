/** The causes of traps: their numbers in ECAUSE and their names. */

export const CAUSE = {
  MISALIGNED: 0,
  FETCH_ACCESS: 1,
  ILLEGAL: 2,
  BREAKPOINT: 3,
  LOAD_ACCESS: 5,
  STORE_ACCESS: 7,
  ECALL: 8,
  FETCH_PAGE: 12,
  LOAD_PAGE: 13,
  STORE_PAGE: 15,
  PRIVILEGED: 24,
  GUEST_EXIT: 25,
  INTERRUPT: 0x80000000,
} as const;

/** Interrupt lines. A lower number has priority. */
export const LINE = { TIMER: 0, CONSOLE: 1, DISK: 2, NETWORK: 3 } as const;

export interface TrapCause {
  readonly cause: number;
  readonly name: string;
  /** What EVAL contains. */
  readonly value: 'target' | 'address' | 'word' | 'zero' | 'block';
  readonly says: string;
}

export const trapCauses: readonly TrapCause[] = [
  {
    cause: 0,
    name: 'instruction address misaligned',
    value: 'target',
    says: 'A jump or a taken branch to an address that is not a multiple of 4. The trap is taken on the jump, before the jump writes `rd`.',
  },
  {
    cause: 1,
    name: 'fetch access fault',
    value: 'address',
    says: 'The pc, or a page table that its translation needs, is outside R or outside memory.',
  },
  {
    cause: 2,
    name: 'illegal instruction',
    value: 'word',
    says: 'The word matches no row of the tables below, or names a system register that does not exist or cannot be written, or is a `vmcall` that nobody answers.',
  },
  { cause: 3, name: 'breakpoint', value: 'zero', says: 'An `ebreak` was executed.' },
  {
    cause: 5,
    name: 'load access fault',
    value: 'address',
    says: 'A load, or a page table that its translation needs, is outside R, LIMIT or memory.',
  },
  {
    cause: 7,
    name: 'store access fault',
    value: 'address',
    says: 'A store, or a page table that its translation needs, is outside R, LIMIT or memory.',
  },
  { cause: 8, name: 'ecall', value: 'zero', says: 'An `ecall` was executed, in any ring.' },
  {
    cause: 12,
    name: 'fetch page fault',
    value: 'address',
    says: 'The page of the pc is not mapped, not executable, or not for this ring.',
  },
  {
    cause: 13,
    name: 'load page fault',
    value: 'address',
    says: 'The page is not mapped, not readable, or not for this ring.',
  },
  {
    cause: 15,
    name: 'store page fault',
    value: 'address',
    says: 'The page is not mapped, not writable, or not for this ring.',
  },
  {
    cause: 24,
    name: 'privileged instruction',
    value: 'word',
    says: 'A privileged instruction outside ring 0.',
  },
  {
    cause: 25,
    name: 'guest exit',
    value: 'block',
    says: 'Guest mode ended; the control block says why. Only machines with the feature `guest` take it.',
  },
  {
    cause: 0x80000000,
    name: 'timer interrupt',
    value: 'zero',
    says: 'The timer went off, and TIMER has not been written since.',
  },
  {
    cause: 0x80000001,
    name: 'console interrupt',
    value: 'zero',
    says: 'Console input waits, and bit 0 of the console control port is 1.',
  },
  { cause: 0x80000002, name: 'disk interrupt', value: 'zero', says: 'The disk status is done or failed.' },
  {
    cause: 0x80000003,
    name: 'network interrupt',
    value: 'zero',
    says: 'A bit is 1 both in the network status and in the network control port.',
  },
];

/** What a trap sets, in this order: each part of the processor's state and its new value. Everything else stays as it is. */
export const trapEffects = {
  EPC: 'pc: the address of the instruction that trapped; for an interrupt, of the instruction that would have been next',
  ESTATUS: 'STATUS',
  ERBASE: 'RBASE',
  ERBOUND: 'RBOUND',
  ECAUSE: 'the cause',
  EVAL: 'what the table of causes says',
  RBASE: '0',
  RBOUND: 'MEMSIZE',
  RING: '0',
  IF: '0',
  pc: 'TVEC',
} as const;

/** The name of an ECAUSE value (unsigned 32-bit), for people. */
export function causeName(cause: number): string {
  const known = trapCauses.find((trap) => trap.cause === cause >>> 0);
  return known?.name ?? `trap ${cause >>> 0}`;
}
