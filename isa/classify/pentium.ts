/**
 * The Pentium's sensitive, unprivileged instructions as J. S. Robin and C. E. Irvine list
 * them ("Analysis of the Intel Pentium's Ability to Support a Secure Virtual Machine
 * Monitor", USENIX Security 2000). They count seventeen, and name eighteen mnemonics. For
 * each, the table has the instruction of Ring32 that is of the same kind, or the reason why there is none.
 */

export interface PentiumInstruction {
  readonly mnemonic: string;
  /** Mnemonic of the instruction of Ring32; undefined = there is none. */
  readonly ours: string | undefined;
  /** The similarity, or the reason why there is none. */
  readonly why: string;
}

const segments = 'Ring32 has no segment registers';

/** mnemonic, ours or -, why */
const table: readonly (readonly [string, string, string])[] = [
  ['SGDT', 'sptb', 'shows where the table is that maps memory'],
  ['SIDT', 'svec', 'shows where traps go'],
  ['SLDT', 'sptb', 'shows where the table is that maps memory'],
  ['SMSW', 'smsw', "shows the machine's status: paging, and IF"],
  ['PUSHF', 'getf', 'shows the flags, including the real IF'],
  ['POPF', 'setf', 'sets the flags; outside ring 0 IF silently stays'],
  ['LAR', 'lar', 'shows the access rights of this ring'],
  ['LSL', 'lar', `asks about memory without a trap; ${segments}, so it shows rights instead of limits`],
  ['VERR', 'verr', 'asks whether this ring can read'],
  ['VERW', 'verw', 'asks whether this ring can write'],
  ['POP', '-', `its sensitive form loads a segment register, checked against the ring; ${segments}`],
  ['PUSH', 'sring', 'its sensitive form stores CS, which shows the ring'],
  [
    'CALL',
    'retf',
    'its sensitive form, the far call, goes to another ring without the monitor; a call to ring 0 is `ecall`, which traps',
  ],
  ['JMP', 'retf', 'its sensitive form, the far jump, changes the privilege level without the monitor'],
  ['INT n', 'ecall', 'a software interrupt; `ecall` traps in every ring, so it is harmless'],
  ['RET', 'retf', 'its sensitive form, the far return, lowers privilege without a trap'],
  ['STR', 'sring', 'shows a selector with the ring in it'],
  ['MOV', 'sring', 'its sensitive form reads CS, which shows the ring'],
];

export const pentium: readonly PentiumInstruction[] = table.map(([mnemonic, ours, why]) => ({
  mnemonic,
  ours: ours === '-' ? undefined : ours,
  why,
}));
