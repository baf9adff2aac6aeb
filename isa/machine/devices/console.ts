/**
 * The console: bytes out to a sink, bytes in from a queue.
 *
 * Input is either all there (a file, a pipe: `source` is asked when the queue runs dry,
 * and its end is the end) or comes as it is typed (`feed`, until `close`).
 */
import type { Component } from '../component.ts';

export interface ConsoleState {
  readonly interrupts: boolean;
  /** Whether more input may come. */
  readonly open: boolean;
  /** Input that waits. */
  readonly input: Uint8Array;
}

export class Console implements Component<ConsoleState> {
  /** Bit 0 of the control port: interrupt while input waits. */
  interrupts = false;
  readonly #queue: number[] = [];
  #next = 0;
  #open: boolean;
  readonly #sink: (byte: number) => void;
  readonly #source: (() => Uint8Array | undefined) | undefined;

  /**
   * `sink` gets every byte printed. `source` returns more input, none if there is none
   * yet, or undefined at its end; without a source, input comes only by `feed`.
   */
  constructor(sink: (byte: number) => void, source?: () => Uint8Array | undefined) {
    this.#sink = sink;
    this.#source = source;
    this.#open = true;
  }

  print(byte: number): void {
    this.#sink(byte & 0xff);
  }

  /** Adds typed input. */
  feed(bytes: Uint8Array): void {
    for (const byte of bytes) this.#queue.push(byte);
  }

  /** No more input will come. */
  close(): void {
    this.#open = false;
  }

  /** Whether a byte waits. Asks the source when the queue is empty. */
  waits(): boolean {
    while (this.#next === this.#queue.length) {
      if (!this.#open || this.#source === undefined) return false;
      const more = this.#source();
      if (more === undefined) this.#open = false;
      else if (more.length === 0) return false;
      else this.feed(more);
    }
    return true;
  }

  /** Whether more input may come. */
  get open(): boolean {
    return this.#open;
  }

  /** Whether input that does not wait yet can still come and interrupt. */
  canInterrupt(): boolean {
    return this.interrupts && this.#open;
  }

  save(): ConsoleState {
    const input = Uint8Array.from(this.#queue.slice(this.#next));
    return { interrupts: this.interrupts, open: this.#open, input };
  }

  restore({ interrupts, open, input }: ConsoleState): void {
    this.interrupts = interrupts;
    this.#open = open;
    this.#queue.length = 0;
    this.#next = 0;
    this.feed(input);
  }

  /** The next input byte, or -1 (all ones) if none waits. */
  take(): number {
    if (!this.waits()) return -1;
    const byte = this.#queue[this.#next++] as number;
    if (this.#next === this.#queue.length) {
      this.#queue.length = 0;
      this.#next = 0;
    }
    return byte;
  }
}
