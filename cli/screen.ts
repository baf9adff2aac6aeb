/** A terminal that is read: it stops before its screen is full, until a key is typed. */
import { stripVTControlCharacters } from 'node:util';

/** The reader has had enough: nothing more is shown. */
export class Enough extends Error {}

export interface ScreenOptions {
  readonly rows: number;
  readonly columns: number;
  readonly write: (text: string) => void;
  /** Resolves to the next key that is typed. */
  readonly key: () => Promise<string>;
}

const prompt = '-- a key for more, q to stop --';
/** Back to the beginning of the line, and away with what is in it. */
const erase = '\r\x1b[K';

/** Ctrl-C and Ctrl-D, which a terminal that gives single keys passes on. */
const ends: ReadonlySet<string> = new Set(['q', 'Q', '\u0003', '\u0004']);

export class Screen {
  readonly #options: ScreenOptions;
  /** Rows that were written since the last key. */
  #used = 0;

  constructor(options: ScreenOptions) {
    this.#options = options;
  }

  /** Writes lines of text, which ends without a newline. Rejects with Enough. */
  async print(text: string): Promise<void> {
    for (const line of text.split('\n')) {
      const rows = this.#rowsOf(line);
      // The last row is for the prompt.
      if (this.#used > 0 && this.#used + rows > this.#options.rows - 1) await this.pause();
      this.#options.write(`${line}\n`);
      this.#used += rows;
    }
  }

  /** Waits for a key. Rejects with Enough. */
  async pause(): Promise<void> {
    const { write, key } = this.#options;
    if (this.#used === 0) return;
    // First the keys, then the prompt: Ctrl-C at a prompt that is shown is a key, not a signal.
    const typed = key();
    write(prompt);
    const one = await typed;
    write(erase);
    this.#used = 0;
    if (ends.has(one)) throw new Enough();
  }

  /** The reader has typed a line, which is the first of the next screen. */
  answered(): void {
    this.#used = 1;
  }

  #rowsOf(line: string): number {
    const { length } = stripVTControlCharacters(line);
    return Math.max(1, Math.ceil(length / this.#options.columns));
  }
}
