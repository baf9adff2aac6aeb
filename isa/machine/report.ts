/** What people see of a machine that stopped: the cause in words, the registers, the code around pc. */
import { disassemble, hex } from '../table/disassemble.ts';
import { foreignInstruction } from '../table/foreign.ts';
import { registerNames } from '../table/registers.ts';
import { rowOf } from '../table/table.ts';
import { CAUSE, causeName, trapCauses } from '../table/traps.ts';
import type { SourceLine } from './lines.ts';
import type { Machine } from './machine.ts';
import type { ProgramMap } from './program-map.ts';
import { PTE } from './translate.ts';
import type { SymbolTable } from './symbols.ts';

/** A trap in words: its name and what its value means. `value` unsigned. */
export function describeTrap(cause: number, value: number): string {
  const name = causeName(cause);
  const kind = trapCauses.find((trap) => trap.cause === cause >>> 0)?.value ?? 'zero';
  if (kind === 'address') return `${name} at address ${hex(value)}`;
  if (kind === 'target') return `${name}: jump to ${hex(value)}`;
  if (kind !== 'word') return name;
  const row = rowOf(value);
  if (cause === CAUSE.ILLEGAL && row === undefined)
    return `${name}: the word ${hex(value)} is no instruction`;
  return `${name}: ${disassemble(value, 0)}`;
}

const remedy = 'compile for the base alone, with -march=rv32im -mabi=ilp32';

/** Why a program for another RISC-V machine traps here, and what to do; undefined if it would trap there too. */
export function explainForeign(cause: number, value: number): string | undefined {
  if (cause === CAUSE.MISALIGNED)
    return `only code with compressed instructions (extension C) has such addresses: ${remedy}`;
  const what = cause === CAUSE.ILLEGAL ? foreignInstruction(value) : undefined;
  return what && `in RISC-V this word is ${what}, which Ring32 does not have. If it is code, ${remedy}`;
}

/** `0x00010010 (main+0x10)`. */
export function describeAddress(address: number, symbols: SymbolTable): string {
  const name = symbols.describe(address);
  return name === '' ? hex(address) : `${hex(address)} (${name})`;
}

/** The general registers, four in a line of at most 80 columns. */
export function formatRegisters(x: Int32Array): string {
  const cells = registerNames.map((name, n) => `${name.padStart(4)} ${hex(x[n] as number)}`);
  const lines: string[] = [];
  for (let n = 0; n < 32; n += 4) lines.push(`  ${cells.slice(n, n + 4).join('  ')}`);
  return lines.join('\n');
}

/** Disassembly of the words around pc, with a mark at pc. Words that are not mapped are left out. */
export function formatCode(machine: Machine, symbols: SymbolTable, around = 4): string {
  const lines: string[] = [];
  for (let n = -around; n <= around; n++) {
    const va = machine.pc + 4 * n;
    const word = va < 0 || va > 0xfffffffc ? undefined : peekWord(machine, va);
    if (word === undefined) continue;
    const label = symbols.exact(va);
    if (label !== undefined) lines.push(`${label}:`);
    const text = disassemble(word, va, (address) => symbols.exact(address) ?? `0x${address.toString(16)}`);
    lines.push(`${n === 0 ? '=>' : '  '} ${hex(va)}  ${hex(word).slice(2)}  ${text}`);
  }
  return lines.join('\n');
}

/** Where the virtual address `va` is in physical memory now; undefined if it is nowhere. */
export function physicalAddress(machine: Machine, va: number): number | undefined {
  const { physical } = machine.probe(va);
  return physical < 0 ? undefined : physical;
}

/**
 * The source line of the code at virtual address `va`. It is looked for by where that code lies in memory: a program's
 * own addresses are where it was loaded, and a guest may map its code elsewhere.
 */
export function sourceLine(machine: Machine, program: ProgramMap, va: number): SourceLine | undefined {
  const physical = physicalAddress(machine, va);
  return physical === undefined ? undefined : program.line(physical);
}

/** The word that a fetch at `va` would get, without side effects; undefined if it would fault. */
export function peekWord(machine: Machine, va: number): number | undefined {
  const { physical, rights } = machine.probe(va);
  if (physical < 0 || physical + 4 > machine.memory.size || (rights & PTE.X) === 0) return undefined;
  return machine.memory.read(physical, 4);
}
