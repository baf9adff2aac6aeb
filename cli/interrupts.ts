/** Ctrl-C while a guest runs: it is noted, and the run ends soon after, with a message that says where the guest was. */

import { noteInterrupt } from './output.ts';

/** The run that is told of Ctrl-C at present. */
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

  /** `wake` ends the run's own way of waiting, if it has one; otherwise it waits by `woken`. */
  constructor(wake = () => {}) {
    this.#wake = wake;
  }

  /** Ctrl-C does not end the program from here on, but is noted. */
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
 * Call this before a wait that blocks, such as reading a terminal: nothing could note Ctrl-C then, so it must end the
 * program. The run listens again when it goes on.
 */
export function beforeWait(): void {
  if (listening !== undefined) process.off('SIGINT', listening);
  listening = undefined;
}
