/** The terminal's and the shell's streams, as guests use them. */
import { readSync, writeSync } from 'node:fs';
import type { Streams } from '../vmm/process/process.ts';

/** Calls `act` again while the stream is not ready; undefined at its end or when nobody reads it any more. */
function persist<T>(act: () => T): T | undefined {
  for (;;) {
    try {
      return act();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF' || code === 'EPIPE') return undefined;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** Writes all of `bytes` to a file descriptor. */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    const done = persist(() => writeSync(fd, bytes, at));
    if (done === undefined) return;
    at += done;
  }
}

/** Guest output on its way out: kept for a while, so that a byte at a time is not slow. */
export class Output {
  readonly #bytes = new Uint8Array(8192);
  #used = 0;
  readonly #fd: number;

  constructor(fd: 1 | 2) {
    this.#fd = fd;
  }

  /** Adds one byte. On a terminal, lines appear as they end. */
  put(byte: number): void {
    this.#bytes[this.#used++] = byte;
    if (this.#used === this.#bytes.length || (byte === 10 && process.stdout.isTTY)) this.flush();
  }

  flush(): void {
    writeAll(this.#fd, this.#bytes.subarray(0, this.#used));
    this.#used = 0;
  }
}

/** Reads standard input as it is asked for; none is the end. Waits for a terminal or a pipe. */
export function readStandardInput(length: number): Uint8Array {
  const bytes = new Uint8Array(Math.min(length, 65536));
  const count = persist(() => readSync(0, bytes)) ?? 0;
  return bytes.subarray(0, count);
}

/** Reads from bytes at hand; none is the end. */
export function readFrom(bytes: Uint8Array): (length: number) => Uint8Array {
  let at = 0;
  return (length) => {
    const part = bytes.subarray(at, at + length);
    at += part.length;
    return part;
  };
}

/** A process's standard streams: ours, or `input` for standard input; output goes to descriptor `printTo`. */
export function processStreams(input: Uint8Array | undefined, printTo: 1 | 2): Streams {
  return {
    read: input === undefined ? readStandardInput : readFrom(input),
    write: (fd, bytes) => writeAll(fd === 1 ? printTo : fd, bytes),
  };
}
