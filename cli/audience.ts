/** Who reads what a verb tells: somebody at a terminal, by the screen, or a pipe, all at once. */
import { createInterface } from 'node:readline/promises';
import { noteRaw, printRaw } from './output.ts';
import { Screen } from './screen.ts';

export interface Audience {
  /** Prints lines. At a terminal, rejects with Enough (screen.ts) when the reader stops. */
  print(text: string): Promise<void>;
  /** Waits, at a terminal, until a key is typed. */
  pause(): Promise<void>;
  /** Asks for a line; '' at the end of the input. */
  ask(question: string): Promise<string>;
  /** Says that something takes time, at a terminal. */
  busy(isBusy: boolean): void;
  close(): void;
}

/** The reader of this process. */
export function openAudience(): Audience {
  return process.stdin.isTTY && process.stdout.isTTY ? new TerminalAudience() : new PipeAudience();
}

/** A screen that does not tell its size has this one. */
const usual = { rows: 24, columns: 80 } as const;

class TerminalAudience implements Audience {
  readonly #screen = new Screen({
    rows: process.stdout.rows || usual.rows,
    columns: process.stdout.columns || usual.columns,
    write: printRaw,
    key: nextKey,
  });

  print(text: string): Promise<void> {
    return this.#screen.print(text);
  }

  pause(): Promise<void> {
    return this.#screen.pause();
  }

  async ask(question: string): Promise<string> {
    await this.print(question);
    const lines = createInterface({ input: process.stdin, output: process.stdout });
    const gone = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    const answer = await Promise.race([lines.question('> '), gone]);
    lines.close();
    this.#screen.answered();
    return answer;
  }

  busy(isBusy: boolean): void {
    noteRaw(isBusy ? '… working' : '\r\x1b[K');
  }

  close(): void {
    process.stdin.unref();
  }
}

/** The next key that is typed, without waiting for the end of a line. */
function nextKey(): Promise<string> {
  const { stdin } = process;
  stdin.setRawMode(true);
  stdin.resume();
  return new Promise((resolve) => {
    stdin.once('data', (bytes: Buffer) => {
      stdin.setRawMode(false);
      stdin.pause();
      resolve(bytes.toString());
    });
  });
}

class PipeAudience implements Audience {
  readonly #input = createInterface({ input: process.stdin });
  readonly #lines = this.#input[Symbol.asyncIterator]();

  async print(text: string): Promise<void> {
    printRaw(`${text}\n`);
  }

  async pause(): Promise<void> {}

  async ask(question: string): Promise<string> {
    printRaw(`${question}\n> `);
    const { done, value } = await this.#lines.next();
    printRaw(`${done ? '(no answer)' : value}\n`);
    return done ? '' : value;
  }

  busy(): void {}

  close(): void {
    this.#input.close();
  }
}
