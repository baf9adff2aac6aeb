/**
 * Venus's environment calls: number in a0, arguments in a1 on, result in a0. Sources: Venus's wiki, "Environmental
 * Calls"; its repositories kvakil/venus and ThaumicMekanism/venus, where `ecall` is implemented; 0x3cc, with the
 * function's number in a6, as Berkeley's course CS 61C calls it in its utils.s. A program begins at a global `main`,
 * to which ra gives the end of the code to return to.
 */
import { type CallEntry, callTable } from '../calls/call.ts';
import { O } from '../files/open-file.ts';
import type { Process } from '../process.ts';
import { hexadecimal, print, printByte, printString } from './console.ts';
import { type Environment, Refusal } from './environment.ts';
import { ask, isOpen, open } from './files.ts';
import { allocate, allocateZeroed, reallocate, release, sbrk } from './heap.ts';

/** How a file is opened, in the order of the numbers 0 to 5: as fopen has r, w, a, r+, w+, a+. */
const modes = [
  0,
  O.WRONLY | O.CREAT | O.TRUNC,
  O.WRONLY | O.CREAT | O.APPEND,
  O.RDWR,
  O.RDWR | O.CREAT | O.TRUNC,
  O.RDWR | O.CREAT | O.APPEND,
];

function openFile(process: Process, path: number, mode: number): number {
  const flags = modes[mode];
  return flags === undefined ? -1 : open(process, path, flags);
}

function readFile(process: Process, fd: number, at: number, length: number): number {
  const done = ask(process, 'read', fd, at, length);
  if (done >= 0 && done < length) process.session.ended.add(fd);
  return done;
}

/** Writes `count` items of `size` bytes; returns how many were written. */
function writeFile(process: Process, fd: number, at: number, count: number, size: number): number {
  const item = Math.max(1, size);
  const done = ask(process, 'write', fd, at, count * item);
  return done < 0 ? -1 : Math.floor(done / item);
}

function closeFile(process: Process, fd: number): number {
  process.session.ended.delete(fd);
  return ask(process, 'close', fd);
}

/** `answer` for an open file, -1 for another. */
function ifOpen(process: Process, fd: number, answer: number): number {
  return isOpen(process, fd) ? answer : -1;
}

type LibraryFunction = (process: Process, a1: number, a2: number) => number | undefined;

/** The functions of call 0x3cc, by the number in a6. */
const library: ReadonlyMap<number, LibraryFunction> = new Map<number, LibraryFunction>([
  [1, (p, size) => allocate(p, size)],
  [2, (p, count, size) => allocateZeroed(p, count, size)],
  [3, (p, at, size) => reallocate(p, at, size)],
  [4, (p, at) => release(p, at)],
  [5, (p) => [...p.session.blocks.values()].filter(({ free }) => !free).length],
]);

function callLibrary(process: Process, a1: number, a2: number): number | undefined {
  const which = process.machine.x[16] as number;
  const act = library.get(which);
  if (act === undefined)
    throw new Refusal(
      `a6 is ${which}, but must be 1 (malloc), 2 (calloc), 3 (realloc), 4 (free) or 5 (blocks in use)`,
    );
  return act(process, a1, a2);
}

const rows: readonly CallEntry[] = [
  [1, 'print_int', (p, value) => print(p, String(value))],
  [4, 'print_string', (p, at) => printString(p, at)],
  [9, 'sbrk', (p, bytes) => sbrk(p, bytes)],
  [10, 'exit', (p) => p.exit(0)],
  [11, 'print_char', (p, value) => printByte(p, value)],
  [13, 'open', openFile],
  [14, 'read', readFile],
  [15, 'write', writeFile],
  [16, 'close', closeFile],
  [17, 'exit2', (p, status) => p.exit(status)],
  [18, 'fflush', (p, fd) => ifOpen(p, fd, 0)],
  [19, 'feof', (p, fd) => ifOpen(p, fd, p.session.ended.has(fd) ? 1 : 0)],
  [20, 'ferror', (p, fd) => ifOpen(p, fd, 0)],
  [34, 'print_hex', (p, value) => print(p, `0x${hexadecimal(value, 8).toUpperCase()}`)],
  [0x3cc, 'malloc', callLibrary],
];

export const venus: Environment = {
  name: 'venus',
  title: 'Venus',
  calls: callTable(rows),
  numberIn: 10,
  unknown: 'ends',
  begins: 'global main',
  returns: true,
  arguments: 'named',
};
