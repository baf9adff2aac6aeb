/**
 * The Pentium's sensitive, unprivileged instructions as J. S. Robin and C. E. Irvine list
 * them ("Analysis of the Intel Pentium's Ability to Support a Secure Virtual Machine
 * Monitor", USENIX Security 2000): they say seventeen, and name eighteen mnemonics. For
 * each, the instruction of Ring32 that is of the same kind, or why there is none.
 */

export interface PentiumInstruction {
  readonly mnemonic: string;
  /** Mnemonic of ours; undefined = there is none. */
  readonly ours: string | undefined;
  /** The similarity, or the reason why there is none. */
  readonly why: string;
}

const segments = 'Ring32 has no segment registers';

/** mnemonic, ours or -, why */
const table: readonly (readonly [string, string, string])[] = [
  ['SGDT', 'sptb', 'shows where the table is by which memory is mapped'],
  ['SIDT', 'svec', 'shows where traps go'],
  ['SLDT', 'sptb', 'shows where the table is by which memory is mapped'],
  ['SMSW', 'smsw', "shows the machine's status: paging, and IF"],
  ['PUSHF', 'getf', 'shows the flags with the real IF among them'],
  ['POPF', 'setf', 'sets the flags; outside ring 0 IF stays, silently'],
  ['LAR', 'lar', 'shows access rights as this ring has them'],
  ['LSL', 'lar', `asks about memory without a trap; ${segments}, so rights stand for limits`],
  ['VERR', 'verr', 'asks whether this ring can read'],
  ['VERW', 'verw', 'asks whether this ring can write'],
  ['POP', '-', `its sensitive form loads a segment register, checked against the ring; ${segments}`],
  ['PUSH', 'sring', 'its sensitive form stores CS, which shows the ring'],
  [
    'CALL',
    'retf',
    'its sensitive form, the far call, goes to another ring without the monitor; a call to ring 0 is `ecall`, which traps',
  ],
  ['JMP', 'retf', 'its sensitive form, the far jump, goes to other privilege without the monitor'],
  ['INT n', 'ecall', 'a software interrupt; ours traps in every ring, and so does no harm'],
  ['RET', 'retf', 'its sensitive form, the far return, lowers privilege without a trap'],
  ['STR', 'sring', 'shows a selector with the ring in it'],
  ['MOV', 'sring', 'its sensitive form reads CS, which shows the ring'],
];

export const pentium: readonly PentiumInstruction[] = table.map(([mnemonic, ours, why]) => ({
  mnemonic,
  ours: ours === '-' ? undefined : ours,
  why,
}));
