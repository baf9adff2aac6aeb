/**
 * Ripes's environment calls: number in a7, arguments in a0 on, results in a0 and a1. Sources: the repository
 * mortbopet/Ripes, docs/ecalls.md, src/isa/rvisainfo_common.h (numbers) and src/syscall (meaning). Where they differ
 * from RARS: a float is in a0, hexadecimal has at least four digits, binary begins with 0b.
 */
import { type CallEntry, callTable } from '../calls/call.ts';
import { O } from '../files/open-file.ts';
import type { Process } from '../process.ts';
import { binary, hexadecimal, print, printByte, printString } from './console.ts';
import type { Environment } from './environment.ts';
import { ask, open } from './files.ts';
import { time } from './shared.ts';

/** Steps so far: the low word, and the high word in a1. */
function cycles(process: Process): number {
  process.machine.x[11] = Math.floor(process.machine.after / 2 ** 32);
  return process.machine.after | 0;
}

/** Six significant digits, as C's %g has them. */
function general(bits: number): string {
  const value = new Float32Array(Int32Array.of(bits).buffer)[0] as number;
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf';
  const [digits, exponent] = value.toExponential(5).split('e') as [string, string];
  const scale = Number(exponent);
  if (value !== 0 && (scale < -4 || scale >= 6))
    return `${Number(digits)}e${scale < 0 ? '-' : '+'}${String(Math.abs(scale)).padStart(2, '0')}`;
  const text = String(Number(value.toPrecision(6)));
  return Object.is(value, -0) ? '-0' : text;
}

/** Open flags: newlib's, bit by bit. */
function linuxFlags(flags: number): number {
  return (
    (flags & O.ACCESS) |
    ((flags & 0x8) !== 0 ? O.APPEND : 0) |
    ((flags & 0x200) !== 0 ? O.CREAT : 0) |
    ((flags & 0x400) !== 0 ? O.TRUNC : 0) |
    ((flags & 0x800) !== 0 ? O.EXCL : 0)
  );
}

const rows: readonly CallEntry[] = [
  [1, 'print_int', (p, value) => print(p, String(value))],
  [2, 'print_float', (p, bits) => print(p, general(bits))],
  [4, 'print_string', (p, at) => printString(p, at)],
  [10, 'exit', (p) => p.exit(0)],
  [11, 'print_char', (p, value) => printByte(p, value)],
  [17, 'getcwd', (p, at, size) => Math.max(-1, ask(p, 'getcwd', at, size) - 1)],
  [30, 'time', (p) => time(p)],
  [31, 'cycles', (p) => cycles(p)],
  [34, 'print_hex', (p, value) => print(p, `0x${hexadecimal(value, 4)}`)],
  [35, 'print_binary', (p, value) => print(p, `0b${binary(value)}`)],
  [36, 'print_unsigned', (p, value) => print(p, String(value >>> 0))],
  [57, 'close', (p, fd) => void ask(p, 'close', fd)],
  [62, 'lseek', (p, fd, offset, base) => ask(p, 'lseek', fd, offset, base)],
  [63, 'read', (p, fd, at, length) => ask(p, 'read', fd, at, length)],
  [64, 'write', (p, fd, at, length) => ask(p, 'write', fd, at, length)],
  // There it answers 0 and changes nothing. C libraries expect what file it is, so it is Linux's.
  [80, 'fstat', (p, fd, at) => ask(p, 'fstat', fd, at)],
  [93, 'exit2', (p, status) => p.exit(status)],
  // There it answers 0, for all memory is the heap. Here it is Linux's, which C libraries expect.
  [214, 'brk', (p, end) => p.space.setBreak(end >>> 0)],
  [1024, 'open', (p, path, flags) => open(p, path, linuxFlags(flags))],
];

export const ripes: Environment = {
  name: 'ripes',
  title: 'Ripes',
  calls: callTable(rows),
  numberIn: 17,
  unknown: 'ends',
  begins: 'first',
  returns: true,
  arguments: 'none',
};
