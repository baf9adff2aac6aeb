/**
 * RARS's environment calls: number in a7, arguments in a0 on, result in a0. Sources: RARS's wiki, "Environment Calls";
 * its repository TheThirdOne/rars, src/Syscall.properties (numbers) and src/rars/riscv/syscalls (meaning). What has
 * no result leaves a0 as it is.
 */
import { type CallEntry, callTable } from '../calls/call.ts';
import { O } from '../files/open-file.ts';
import type { Process } from '../process.ts';
import {
  binary,
  hexadecimal,
  print,
  printByte,
  printString,
  readCharacter,
  readInteger,
  readString,
} from './console.ts';
import { type Environment, Refusal } from './environment.ts';
import { ask, open } from './files.ts';
import { sbrk } from './heap.ts';
import { RandomNumbers } from './session.ts';
import { dialog, floating, sleep, sound, time } from './shared.ts';

/** Open flags: only these three are supported there. */
const flags: ReadonlyMap<number, number> = new Map([
  [0, 0],
  [1, O.WRONLY | O.CREAT | O.TRUNC],
  [9, O.WRONLY | O.CREAT | O.APPEND],
]);

/** The generator of that number. One without a seed is seeded by its number, so that a run repeats. */
function generator(process: Process, index: number): RandomNumbers {
  const { generators } = process.session;
  const known = generators.get(index) ?? new RandomNumbers(index);
  generators.set(index, known);
  return known;
}

function randomBelow(process: Process, index: number, bound: number): number {
  if (bound <= 0) throw new Refusal(`a random number below ${bound} (a1): the bound must be above 0`);
  return generator(process, index).below(bound);
}

const rows: readonly CallEntry[] = [
  [1, 'print_int', (p, value) => print(p, String(value))],
  [2, 'print_float', floating],
  [3, 'print_double', floating],
  [4, 'print_string', (p, at) => printString(p, at)],
  [5, 'read_int', (p) => readInteger(p)],
  [6, 'read_float', floating],
  [7, 'read_double', floating],
  [8, 'read_string', (p, at, size) => readString(p, at, size, true)],
  [9, 'sbrk', (p, bytes) => sbrk(p, bytes)],
  [10, 'exit', (p) => p.exit(0)],
  [11, 'print_char', (p, value) => printByte(p, value)],
  [12, 'read_char', (p) => readCharacter(p)],
  [17, 'getcwd', (p, at, size) => (ask(p, 'getcwd', at, size) < 0 ? -1 : undefined)],
  [30, 'time', (p) => time(p)],
  [31, 'midi_out', sound],
  [32, 'sleep', (p, milliseconds) => sleep(p, milliseconds)],
  [33, 'midi_out_sync', sound],
  [34, 'print_hex', (p, value) => print(p, `0x${hexadecimal(value, 8)}`)],
  [35, 'print_binary', (p, value) => print(p, binary(value))],
  [36, 'print_unsigned', (p, value) => print(p, String(value >>> 0))],
  [40, 'random_seed', (p, index, seed) => void p.session.generators.set(index, new RandomNumbers(seed))],
  [41, 'random_int', (p, index) => generator(p, index).word()],
  [42, 'random_int_range', randomBelow],
  [43, 'random_float', floating],
  [44, 'random_double', floating],
  [50, 'confirm_dialog', dialog],
  [51, 'input_dialog_int', dialog],
  [52, 'input_dialog_float', dialog],
  [53, 'input_dialog_double', dialog],
  [54, 'input_dialog_string', dialog],
  [55, 'message_dialog', dialog],
  [56, 'message_dialog_int', dialog],
  [57, 'close', (p, fd) => void ask(p, 'close', fd)],
  [58, 'message_dialog_double', dialog],
  [59, 'message_dialog_string', dialog],
  [60, 'message_dialog_float', dialog],
  [62, 'lseek', (p, fd, offset, base) => ask(p, 'lseek', fd, offset, base)],
  [63, 'read', (p, fd, at, length) => ask(p, 'read', fd, at, length)],
  [64, 'write', (p, fd, at, length) => ask(p, 'write', fd, at, length)],
  [93, 'exit2', (p, status) => p.exit(status)],
  [1024, 'open', (p, path, how) => (flags.has(how) ? open(p, path, flags.get(how) as number) : -1)],
];

export const rars: Environment = {
  name: 'rars',
  title: 'RARS',
  calls: callTable(rows),
  numberIn: 17,
  unknown: 'ends',
  begins: 'global main',
  returns: true,
  arguments: 'unnamed',
};
