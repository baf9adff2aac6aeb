/** Standard input, and the standard streams of a process. Output: output.ts. */
import { fstatSync, readSync } from 'node:fs';
import type { Console } from '../isa/machine/devices/console.ts';
import type { Streams } from '../vmm/process/files/pipe.ts';
import { beforeWait } from './interrupts.ts';
import { writeGuest } from './output.ts';
import { persist } from './persist.ts';

/** Most bytes read at once. */
const largest = 65536;

/** Reads up to `length` bytes of standard input; no bytes mean its end. Waits for a terminal or a pipe. */
export function readStandardInput(length: number): Uint8Array {
  const bytes = new Uint8Array(Math.min(length, largest));
  beforeInput();
  const count = persist(() => readSync(0, bytes), 'EOF') ?? 0;
  return bytes.subarray(0, count);
}

let isFile: boolean | undefined;

/**
 * Call this before the user can see that standard input is waited for, because they can type Ctrl-C then: see
 * beforeWait.
 */
export function beforeInput(): void {
  isFile ??= fstatSync(0).isFile();
  if (!isFile) beforeWait();
}

/** Feeds typed input to the console, until the returned function is called. Calls `came` each time. */
export function readTyped(console: Console, came: () => void): () => void {
  process.stdin.on('data', (bytes: Buffer) => {
    console.feed(bytes);
    came();
  });
  process.stdin.on('end', () => {
    console.close();
    came();
  });
  return () => process.stdin.destroy();
}

/** Reads from bytes in memory; no bytes mean the end. */
export class ByteReader {
  #rest: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#rest = bytes;
  }

  /** What was not read yet. */
  get rest(): Uint8Array {
    return this.#rest;
  }

  read(length: number): Uint8Array {
    const part = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return part;
  }
}

/**
 * A process's standard streams: those of this program, or `input` for standard input; output goes to descriptor
 * `printTo`.
 */
export function processStreams(input: Uint8Array | undefined, printTo: 1 | 2): Streams {
  const reader = input === undefined ? undefined : new ByteReader(input);
  return {
    read: (length) => reader?.read(length) ?? readStandardInput(length),
    write: (fd, bytes) => writeGuest(fd === 1 ? printTo : fd, bytes),
  };
}
