/** Standard input, and the standard streams of a process. Output: output.ts. */
import { fstatSync, readSync } from 'node:fs';
import type { Console } from '../isa/machine/devices/console.ts';
import type { Streams } from '../vmm/process/files/pipe.ts';
import { beforeWait } from './interrupts.ts';
import { writeGuest } from './output.ts';
import { persist } from './persist.ts';

/** Most bytes read at once. */
const largest = 65536;

/** Reads standard input as it is asked for; none is the end. Waits for a terminal or a pipe. */
export function readStandardInput(length: number): Uint8Array {
  const bytes = new Uint8Array(Math.min(length, largest));
  beforeInput();
  const count = persist(() => readSync(0, bytes), 'EOF') ?? 0;
  return bytes.subarray(0, count);
}

let isFile: boolean | undefined;

/** To be called before whoever could type Ctrl-C learns that standard input is waited for: see beforeWait. */
export function beforeInput(): void {
  isFile ??= fstatSync(0).isFile();
  if (!isFile) beforeWait();
}

/** Feeds the console what is typed, until the function that it returns is called. `came` is told. */
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

/** Reads from bytes at hand; none is the end. */
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

/** A process's standard streams: ours, or `input` for standard input; output goes to descriptor `printTo`. */
export function processStreams(input: Uint8Array | undefined, printTo: 1 | 2): Streams {
  const reader = input === undefined ? undefined : new ByteReader(input);
  return {
    read: (length) => reader?.read(length) ?? readStandardInput(length),
    write: (fd, bytes) => writeGuest(fd === 1 ? printTo : fd, bytes),
  };
}
