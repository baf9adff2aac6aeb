/**
 * Instructions of RISC-V that Ring32 does not have: the extension that they belong to, and what to write instead. Their names
 * are recognized by patterns ("RISC-V Unprivileged ISA" and "Privileged ISA"; opcodes/riscv-opc.c of GNU binutils).
 */
import type { Move, Row } from '../../isa/table/row.ts';
import { allRows } from '../../isa/table/table.ts';
import { allForms } from './forms.ts';

interface Family {
  readonly names: RegExp;
  readonly extension: string;
  /** What to do instead; `name` is the instruction's name in small letters. */
  readonly instead?: (name: string) => string | undefined;
}

/** The extension of an instruction, and what to do instead. */
export interface Foreign {
  readonly extension: string;
  readonly instead: string | undefined;
}

const base = 'a compiler does not use it with the option `-march=rv32im`';
const software = 'compile with `-march=rv32im -mabi=ilp32`, which computes such numbers in software';
const vectors = 'write a loop over the elements';
const oneProcessor =
  'there is only one processor: use a load and a store, and disable interrupts if one could come between them';
const nothing = 'leave it out: it is not needed here';

const families: readonly Family[] = [
  { names: /^csr(?:r|w|s|c|rw|rs|rc)i?$/, extension: 'extension Zicsr', instead: systemRegisters },
  { names: /^rd(?:cycle|time|instret)h?$/, extension: 'extension Zicntr', instead: clock },
  { names: /^(?:m|s|u|d|mn)ret$/, extension: privileged(), instead: () => byKin('IRET') },
  { names: /^wfi$/, extension: privileged(), instead: () => byKin('HLT') },
  { names: /^(?:[sh]fence|[sh]inval)\.|^h[ls]v/, extension: privileged(), instead: pageTables },
  {
    names: /^(?:amo\w+|lr|sc)\.[wdq](?:\.(?:aq|rl|aqrl))?$/,
    extension: 'extension A',
    instead: () => oneProcessor,
  },
  {
    names: /^wrs\.|^pause$|^ntl\.|^cbo\.|^prefetch\./,
    extension: 'extension Zawrs, Zihintpause or Zicbom',
    instead: () => nothing,
  },
  {
    names: /^f[ls][wdqh]$|^f[rs](?:csr|rm|flags)i?$/,
    extension: 'extension F, D or Q',
    instead: () => software,
  },
  {
    names: /^f(?!ence)[a-z0-9]+(?:\.[a-z0-9]+)*\.[sdqhxwlu]+$/,
    extension: 'extension F, D or Q',
    instead: () => software,
  },
  { names: /^vset\w+$|^v\w+\.[a-z0-9.]+$/, extension: 'extension V', instead: () => vectors },
  { names: /^c\.\w+$/, extension: 'extension C', instead: uncompressed },
  { names: /^czero\./, extension: 'extension Zicond', instead: () => 'use a branch' },
  {
    names:
      /^(?:andn|orn|xnor|c[lt]z|cpop|max|min|maxu|minu|ro[lr]i?|orc\.b|rev8|sh[123]add(?:\.uw)?|zext\.w)$/,
    extension: 'extension Zba or Zbb',
    instead: () => base,
  },
  {
    names: /^b(?:clr|ext|inv|set)i?$|^clmul[hr]?$|^brev8$|^pack[hu]?$|^(?:un)?zip$|^xperm[48bn]$/,
    extension: 'extension Zbs, Zbc or Zbkb',
    instead: () => base,
  },
  {
    names: /^aes(?:32|64)\w+$|^sha(?:256|512)\w+$|^sm[34]\w+$/,
    extension: 'extension Zk (cryptography)',
    instead: () => base,
  },
  { names: /^ld$|^sd$|^lwu$|^[a-z0-9.]+w$/, extension: 'RV64', instead: halfAsWide },
  { names: /^(?:th|cv|sf|qc|nds|mips)\.\w+/, extension: 'an extension of one vendor' },
];

/** The extension that has a mnemonic; undefined if RISC-V does not have the mnemonic. */
export function foreignMnemonic(written: string): Foreign | undefined {
  const name = written.toLowerCase();
  const family = families.find(({ names }) => names.test(name));
  // The pattern of RV64 matches every word with a final `w`, but only those that are an instruction plus `w` belong
  // to it.
  if (family === undefined || (family.instead === halfAsWide && halfAsWide(name) === undefined))
    return undefined;
  return { extension: family.extension, instead: family.instead?.(name) };
}

function privileged(): string {
  return 'the privileged architecture of RISC-V';
}

function mover(to: Move[0], from: Move[1]): Row | undefined {
  return allRows.find(({ moves }) => moves?.[0] === to && moves[1] === from);
}

function written(row: Row | undefined): string {
  return `\`${row?.name} ${row?.syntax}\``;
}

function systemRegisters(): string {
  const [read, write] = [mover('rd', 'sr'), mover('sr', 'rs1')];
  return `Ring32 has system registers of its own: ${written(read)} reads one, ${written(write)} writes one`;
}

function clock(): string {
  return `in ring 0, \`${mover('rd', 'sr')?.name} rd, TIME\` gives the steps so far`;
}

/** The row that corresponds to another machine's instruction. */
function byKin(kin: string): string | undefined {
  const row = allRows.find((candidate) => candidate.kin.split(', ').includes(kin));
  return row && `Ring32 has \`${row.name}\``;
}

function pageTables(): string {
  return 'leave it out: a change of the page tables takes effect at once';
}

function uncompressed(name: string): string | undefined {
  const plain = name.slice('c.'.length);
  return allForms().has(plain) ? `write \`${plain}\`, which takes 4 bytes` : base;
}

/** RV64's instructions on words correspond to the plain instructions here, because a register is a word. */
function halfAsWide(name: string): string | undefined {
  const same =
    new Map([
      ['ld', 'lw'],
      ['sd', 'sw'],
      ['lwu', 'lw'],
      ['sext.w', 'mv'],
    ]).get(name) ?? name.slice(0, -1);
  return allForms().has(same) ? `registers have 32 bits here: write \`${same}\`` : undefined;
}
