/** Printing and reading as the simulators have it: numbers and strings instead of bytes. */
import type { Process } from '../process.ts';
import { Refusal } from './environment.ts';

const NEWLINE = 10;
const PAGE = 4096;
const utf8 = new TextEncoder();

export function hexAddress(address: number): string {
  return `0x${(address >>> 0).toString(16).padStart(8, '0')}`;
}

export function print(process: Process, text: string): undefined {
  process.streams.write(1, utf8.encode(text));
}

export function printByte(process: Process, byte: number): undefined {
  process.streams.write(1, Uint8Array.of(byte));
}

/** Prints the bytes from `address` up to a zero byte. */
export function printString(process: Process, address: number): undefined {
  process.streams.write(1, stringAt(process, address));
}

/** The bytes from `address` up to a zero byte, which is left out. Throws Refusal when memory ends before. */
function stringAt(process: Process, address: number): Uint8Array {
  const bytes: number[] = [];
  for (let at = address >>> 0; ; ) {
    const part = process.bytes(at, PAGE - (at % PAGE));
    if (part === undefined) {
      const where = bytes.length === 0 ? 'is not in memory' : 'has no zero byte at its end';
      throw new Refusal(`the string at ${hexAddress(address)} ${where}`);
    }
    const end = part.indexOf(0);
    for (const byte of end < 0 ? part : part.subarray(0, end)) bytes.push(byte);
    if (end >= 0) return Uint8Array.from(bytes);
    at += part.length;
  }
}

/** The next byte of standard input; undefined at its end. */
function readByte(process: Process): number | undefined {
  return process.streams.read(1)[0];
}

/** The next line of standard input, without its end (LF, or CR LF); undefined at the end of the input. */
function readLine(process: Process): Uint8Array | undefined {
  const bytes: number[] = [];
  for (let byte = readByte(process); byte !== NEWLINE; byte = readByte(process)) {
    if (byte !== undefined) bytes.push(byte);
    else if (bytes.length > 0) break;
    else return undefined;
  }
  if (bytes.at(-1) === 13) bytes.pop();
  return Uint8Array.from(bytes);
}

/** A line of standard input as a decimal number. Throws Refusal. */
export function readInteger(process: Process): number {
  const line = readLine(process);
  if (line === undefined) throw new Refusal('an integer is to be read, but standard input has ended');
  const text = new TextDecoder().decode(line).trim();
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= -(2 ** 31) && value < 2 ** 31))
    throw new Refusal(`an integer is to be read, but the line of input is ${JSON.stringify(text)}`);
  return value;
}

/** A character of standard input. Throws Refusal at its end. */
export function readCharacter(process: Process): number {
  const byte = readByte(process);
  if (byte === undefined) throw new Refusal('a character is to be read, but standard input has ended');
  return byte;
}

/**
 * Reads a line into a buffer of `size` bytes as C's fgets does, with a zero byte behind it: what is too long for the
 * buffer is cut off. `newline`: whether the line's end is put in, too, if there is room.
 */
export function readString(process: Process, address: number, size: number, newline: boolean): undefined {
  if (size < 1) return undefined;
  const line = readLine(process) ?? new Uint8Array();
  const kept = [...line.subarray(0, size - 1)];
  if (newline && kept.length < size - 1) kept.push(NEWLINE);
  if (!process.put(address, Uint8Array.of(...kept, 0)))
    throw new Refusal(`the buffer of ${size} bytes at ${hexAddress(address)} is not in memory`);
  return undefined;
}

/** Hexadecimal digits of an unsigned word, at least `digits`. */
export function hexadecimal(value: number, digits: number): string {
  return (value >>> 0).toString(16).padStart(digits, '0');
}

/** All 32 bits of a word. */
export function binary(value: number): string {
  return (value >>> 0).toString(2).padStart(32, '0');
}
