/** Prints the output of a host's guests. If there are several, each line begins with the name of its guest. */
import { printableWord } from '../../isa/machine/printable.ts';
import { Output } from '../output.ts';

const newline = 10;

export class GuestPrinter {
  readonly #output = new Output(1);
  readonly #lines = new Map<string, number[]>();
  readonly #isAlone: () => boolean;

  constructor(isAlone: () => boolean) {
    this.#isAlone = isAlone;
  }

  print(name: string, bytes: Uint8Array): void {
    const line = this.#lines.get(name) ?? [];
    const isAlone = line.length === 0 && this.#isAlone();
    for (const byte of bytes) {
      if (isAlone) this.#output.put(byte);
      else {
        line.push(byte);
        if (byte === newline) this.#end(name, line);
      }
    }
    if (line.length > 0) this.#lines.set(name, line);
    this.#output.flush();
  }

  /** Prints the last, unfinished line of a guest that is gone. */
  end(name: string): void {
    const line = this.#lines.get(name);
    if (line !== undefined && line.length > 0) this.#end(name, [...line, newline]);
    this.#lines.delete(name);
    this.#output.flush();
  }

  #end(name: string, line: number[]): void {
    for (const byte of [...Buffer.from(`${printableWord(name)} | `), ...line]) this.#output.put(byte);
    line.length = 0;
  }
}
