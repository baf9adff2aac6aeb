/** The numbers of the ELF32 format (System V ABI, chapter 4; RISC-V ELF psABI). */

export const ELF = {
  HEADER: 52,
  PROGRAM_HEADER: 32,
  SECTION_HEADER: 40,
  SYMBOL: 16,
  EM_RISCV: 243,
  ET_EXEC: 2,
  PT_LOAD: 1,
  PT_TLS: 7,
  PF: { X: 1, W: 2, R: 4 },
  SHT: { NULL: 0, PROGBITS: 1, SYMTAB: 2, STRTAB: 3, NOBITS: 8 },
  SHF: { WRITE: 1, ALLOC: 2, EXECINSTR: 4, TLS: 0x400 },
  SHN_ABS: 0xfff1,
  STB: { local: 0, global: 1, weak: 2 },
  STT: { none: 0, object: 1, function: 2, file: 4, thread: 6 },
  STV_HIDDEN: 2,
} as const;
