/**
 * Writes to standard output and standard error. Each call returns when all bytes are written, even if the reader is
 * slow.
 */
import { fstatSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { printable } from '../isa/machine/printable.ts';
import { persist } from './persist.ts';

/** Nobody reads the output any more (`… | head`): the program ends without a message. */
export class ReaderGone extends Error {}

/** Writes all of `bytes` to a file descriptor. Throws ReaderGone. */
function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    const done = persist(() => writeSync(fd, bytes, at), 'EPIPE');
    if (done === undefined) throw new ReaderGone();
    at += done;
  }
}

/** Writes text to standard output: what the user asked for. Control characters in it are spelled out. */
export function print(text: string): void {
  printRaw(printable(text));
}

/** As `print`, for text that ringlab itself has coloured. */
export function printRaw(text: string): void {
  writeAll(1, new TextEncoder().encode(text));
}

/** The descriptor on which a line was begun by a guest, or by a terminal that shows Ctrl-C, and not ended. */
let begun: 1 | 2 | undefined;

/** Writes bytes of a guest, unchanged. */
export function writeGuest(fd: 1 | 2, bytes: Uint8Array): void {
  if (bytes.length > 0) begun = bytes.at(-1) === newline ? undefined : fd;
  writeAll(fd, bytes);
}

/** Call this when Ctrl-C was typed: a terminal has shown ^C, so the next message must begin a new line. */
export function noteInterrupt(): void {
  if (isatty(2)) begun = 2;
}

/**
 * Writes text to standard error: everything else. Control characters in it are spelled out. When the guest's output goes
 * to the same place, the text begins a new line. Nothing is added to standard output for this.
 */
export function note(text: string): void {
  noteRaw(printable(text));
}

/** As `note`, for text of ringlab itself that moves a terminal's cursor. */
export function noteRaw(text: string): void {
  const ends = begun !== undefined && (begun === 2 || isSamePlace());
  begun = undefined;
  writeAll(2, new TextEncoder().encode(ends ? `\n${text}` : text));
}

/** Whether standard output and standard error are the same terminal, pipe or file. */
function isSamePlace(): boolean {
  const [one, other] = [fstatSync(1), fstatSync(2)];
  return one.dev === other.dev && one.ino === other.ino;
}

const newline = 10;
const capacity = 16384;

/** The output of a guest. It is collected and written in larger pieces: to write each byte or line would be slow. */
export class Output {
  readonly #fd: 1 | 2;
  readonly #isLive: boolean;
  readonly #bytes = new Uint8Array(capacity);
  #used = 0;

  constructor(fd: 1 | 2) {
    this.#fd = fd;
    this.#isLive = isatty(fd);
  }

  /** Adds one byte. On a terminal, lines appear as they end. */
  put(byte: number): void {
    this.#bytes[this.#used++] = byte;
    if (this.#used === capacity || (byte === newline && this.#isLive)) this.flush();
  }

  /** Adds a line of text. */
  line(text: string): void {
    for (const byte of new TextEncoder().encode(`${text}\n`)) this.put(byte);
  }

  /** Writes what is stored. */
  flush(): void {
    const kept = this.#bytes.subarray(0, this.#used);
    this.#used = 0;
    writeGuest(this.#fd, kept);
  }
}
