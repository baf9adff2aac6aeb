/** Writing to standard output and standard error: all of it, at once, however slow the reader. */
import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { persist } from './persist.ts';

/** Nobody reads any more what we write (`… | head`): the program ends, without a word. */
export class ReaderGone extends Error {}

/** Writes all of `bytes` to a file descriptor. Throws ReaderGone. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    const done = persist(() => writeSync(fd, bytes, at), 'EPIPE');
    if (done === undefined) throw new ReaderGone();
    at += done;
  }
}

/** Writes text to standard output: what was asked for. */
export function print(text: string): void {
  writeAll(1, new TextEncoder().encode(text));
}

/** Whether what a guest printed last on the terminal has not ended its line. */
let isMidLine = false;

/** Writes text to standard error: everything else. On a terminal it begins its own line. */
export function note(text: string): void {
  const begun = isMidLine && isatty(2) ? `\n${text}` : text;
  isMidLine = false;
  writeAll(2, new TextEncoder().encode(begun));
}

const capacity = 16384;

/** Output on its way out: kept for a while, so that a byte or a line at a time is not slow. */
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
    if (this.#used === capacity || (byte === 10 && this.#isLive)) this.flush();
  }

  /** Adds a line of text. */
  line(text: string): void {
    for (const byte of new TextEncoder().encode(`${text}\n`)) this.put(byte);
  }

  /** Writes what is kept. */
  flush(): void {
    const kept = this.#bytes.subarray(0, this.#used);
    this.#used = 0;
    if (this.#isLive && kept.length > 0) isMidLine = kept.at(-1) !== 10;
    writeAll(this.#fd, kept);
  }
}
