/** The output of several guests on one console: whole lines, each behind its guest's name. */
import { utf8 } from '../../isa/machine/bytes.ts';

const newline = 10;

export class LineMux {
  readonly #names: readonly string[];
  readonly #lines: number[][];
  readonly #put: (byte: number) => void;

  constructor(names: readonly string[], put: (byte: number) => void) {
    this.#names = names;
    this.#lines = names.map(() => []);
    this.#put = put;
  }

  /** Where the bytes of guest `n` go. */
  sinkFor(n: number): (byte: number) => void {
    return (byte) => this.#collect(n, byte);
  }

  /** Prints what guests have begun of a line. */
  flush(): void {
    for (const [n, line] of this.#lines.entries()) if (line.length > 0) this.#collect(n, newline);
  }

  #collect(n: number, byte: number): void {
    const line = this.#lines[n] as number[];
    line.push(byte);
    if (byte !== newline) return;
    for (const out of [...utf8(`${this.#names[n]} | `), ...line]) this.#put(out);
    line.length = 0;
  }
}
