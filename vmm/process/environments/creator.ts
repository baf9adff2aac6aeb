/**
 * CREATOR's environment calls: number in a7, arguments in a0 on, result in a0. Sources: the repository
 * creatorsim/creator, its documentation of `ecall` (the numbers 1 to 12) and architecture/RISCV/RV32IMFD.yml, where
 * the program begins at `main` and ra is -1 at the start, which ends it.
 */
import { type CallEntry, callTable } from '../calls/call.ts';
import { print, printByte, printString, readCharacter, readInteger, readString } from './console.ts';
import type { Environment } from './environment.ts';
import { sbrk } from './heap.ts';
import { floating } from './shared.ts';

const rows: readonly CallEntry[] = [
  [1, 'print_int', (p, value) => print(p, String(value))],
  [2, 'print_float', floating],
  [3, 'print_double', floating],
  [4, 'print_string', (p, at) => printString(p, at)],
  [5, 'read_int', (p) => readInteger(p)],
  [6, 'read_float', floating],
  [7, 'read_double', floating],
  [8, 'read_string', (p, at, size) => readString(p, at, size, false)],
  [9, 'sbrk', (p, bytes) => sbrk(p, bytes)],
  [10, 'exit', (p) => p.exit(0)],
  [11, 'print_char', (p, value) => printByte(p, value)],
  [12, 'read_char', (p) => readCharacter(p)],
];

export const creator: Environment = {
  name: 'creator',
  title: 'CREATOR',
  calls: callTable(rows),
  numberIn: 17,
  unknown: 'ends',
  begins: 'main',
  returns: true,
  arguments: 'none',
};
