/**
 * The system registers, and the bits of STATUS.
 *
 * `mask` has a one for each bit that a write stores; the other bits read as zero. A register without a
 * mask is read-only. `mfs` reads a system register, `mts` writes one.
 */

/** Numbers of the system registers, as `mfs` and `mts` name them. */
export const SR = {
  TVEC: 0,
  PTBR: 1,
  RBASE: 2,
  RBOUND: 3,
  EPC: 4,
  ESTATUS: 5,
  ERBASE: 6,
  ERBOUND: 7,
  ECAUSE: 8,
  EVAL: 9,
  SCRATCH0: 10,
  SCRATCH1: 11,
  TIME: 12,
  TIMEH: 13,
  TIMER: 14,
  IPEND: 15,
  MEMSIZE: 16,
  CPUID: 17,
  LIMIT: 18,
} as const;

export type SystemRegisterName = keyof typeof SR;

/** Registers that are computed when they are read. */
const computed: ReadonlySet<SystemRegisterName> = new Set(['TIME', 'TIMEH', 'TIMER', 'IPEND']);
/** What a write changes besides the register: translation, translation while paging is off, or the timer. */
export type Acts = 'translation' | 'relocation' | 'timer';
const acting: Partial<Readonly<Record<SystemRegisterName, Acts>>> = {
  PTBR: 'translation',
  LIMIT: 'translation',
  RBASE: 'relocation',
  RBOUND: 'relocation',
  TIMER: 'timer',
};

/** STATUS: the ring, interrupts enabled, and eight user flags. */
export const STATUS = { RING: 0x3, IF: 0x4, UF: 0xff00, ALL: 0xff07 } as const;

const word = 0xffffffff;
const address = 0xfffffffc;

/** A system register as the table has it. */
export interface SystemRegister {
  /** Its number in instructions, 0 to 18. */
  readonly number: number;
  /** Its name in assembly. */
  readonly name: SystemRegisterName;
  /** Writable bits (unsigned 32-bit); undefined = read-only. */
  readonly mask?: number;
  /** The register stores a word, and a read gives that word; otherwise the word is computed. */
  readonly holds: boolean;
  /** What a write does besides storing the masked word. */
  readonly acts: Acts | undefined;
  /** What it reads after reset, for the manual. */
  readonly reset: string;
  /** What it contains, for the manual. */
  readonly says: string;
}

/** Registers that do not read 0 after reset. */
const resets: Partial<Readonly<Record<SystemRegisterName, string>>> = {
  RBOUND: 'bytes of memory',
  MEMSIZE: 'bytes of memory',
  CPUID: "the variant's number",
};

const says: Readonly<Record<SystemRegisterName, readonly [mask: number | undefined, string]>> = {
  TVEC: [address, 'Address of the trap handler; 0 = none installed. Bits 1–0 read as zero.'],
  PTBR: [0xfffff001, 'Bit 0: paging on. Bits 31–12: frame of the root page table.'],
  RBASE: [word, 'Base of the relocation-bounds register R, used while paging is off.'],
  RBOUND: [word, 'Bound of the relocation-bounds register R, in bytes.'],
  EPC: [address, 'The pc that the last trap saved. Bits 1–0 read as zero.'],
  ESTATUS: [STATUS.ALL, 'The STATUS that the last trap saved.'],
  ERBASE: [word, 'The RBASE that the last trap saved.'],
  ERBOUND: [word, 'The RBOUND that the last trap saved.'],
  ECAUSE: [word, 'Cause of the last trap.'],
  EVAL: [word, 'Address or word that belongs to the last trap.'],
  SCRATCH0: [word, 'Free for the trap handler.'],
  SCRATCH1: [word, 'Free for the trap handler.'],
  TIME: [undefined, 'Steps since reset, low 32 bits.'],
  TIMEH: [undefined, 'Steps since reset, high 32 bits.'],
  TIMER: [
    word,
    'Steps until the timer goes off; 0 = off. A write arms the timer and clears a pending timer interrupt.',
  ],
  IPEND: [undefined, 'Pending interrupt lines: line n is bit n.'],
  MEMSIZE: [undefined, 'Size of physical memory in bytes.'],
  CPUID: [undefined, "The variant's number."],
  LIMIT: [
    word,
    'Outside ring 0, a load or store through a named base register that reaches LIMIT or above is an access fault; 0 = none.',
  ],
};

/** All system registers, by number. */
export const systemRegisters: readonly SystemRegister[] = Object.entries(SR).map(([key, number]) => {
  const name = key as SystemRegisterName;
  const [mask, sentence] = says[name];
  const holds = !computed.has(name);
  const acts = acting[name];
  const reset = resets[name] ?? '0';
  return { number, name, holds, acts, reset, says: sentence, ...(mask === undefined ? {} : { mask }) };
});
