/**
 * Ctrl-C while a guest runs: it is remembered, and the run ends soon after, with a message about where the guest was.
 */

import { noteInterrupt } from './output.ts';

/** What Ctrl-C calls at present; undefined = it ends the program. */
let listening: (() => void) | undefined;

export class Interrupts {
  /** Whether Ctrl-C was typed. */
  asked = false;
  #wake: () => void;
  readonly #ask = () => {
    this.asked = true;
    noteInterrupt();
    this.#wake();
  };

  /** `wake` ends the wait of a run that has its own way to wait; other runs wait by `woken`. */
  constructor(wake = () => {}) {
    this.#wake = wake;
  }

  /** From now on, Ctrl-C does not end the program; it sets `asked`. */
  listen(): void {
    if (listening === this.#ask) return;
    listening = this.#ask;
    process.on('SIGINT', this.#ask);
  }

  /** Ctrl-C ends the program, as is usual. */
  close(): void {
    if (listening === this.#ask) beforeWait();
  }

  /** Ends the wait of `woken`. */
  wake(): void {
    this.#wake();
  }

  /** Waits for Ctrl-C or `wake`. */
  async woken(): Promise<void> {
    if (this.asked) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}

/**
 * Call this before a wait that blocks, such as reading a terminal. During the wait, no code could handle Ctrl-C, so it
 * must end the program. The run listens again when it continues.
 */
export function beforeWait(): void {
  if (listening !== undefined) process.off('SIGINT', listening);
  listening = undefined;
}
