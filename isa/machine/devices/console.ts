/**
 * The console: output goes to a function, input comes from a queue.
 *
 * Input from a file or a pipe comes from `source`, which is called when the queue is empty,
 * until it ends. Typed input comes through `feed`, until `close`.
 */
import type { Component } from '../component.ts';

/** A console's state: what `Console.save` gives. */
export interface ConsoleState {
  readonly interrupts: boolean;
  /** Whether more input may come. */
  readonly open: boolean;
  /** Input that was not read yet. */
  readonly input: Uint8Array;
}

/** The console of a machine. */
export class Console implements Component<ConsoleState> {
  /** Bit 0 of the control port: line 1 is pending while input waits. */
  interrupts = false;
  readonly #queue: number[] = [];
  #next = 0;
  #open: boolean;
  readonly #sink: (byte: number) => void;
  readonly #source: (() => Uint8Array | undefined) | undefined;

  /**
   * `sink` is called for every byte printed. `source` returns more input: an empty array if
   * there is none yet, undefined at the end. Without a source, input comes only through `feed`.
   */
  constructor(sink: (byte: number) => void, source?: () => Uint8Array | undefined) {
    this.#sink = sink;
    this.#source = source;
    this.#open = true;
  }

  /** Prints a byte (the low 8 bits). */
  print(byte: number): void {
    this.#sink(byte & 0xff);
  }

  /** Adds typed input. */
  feed(bytes: Uint8Array): void {
    for (const byte of bytes) this.#queue.push(byte);
  }

  /** Says that no more input will come. */
  close(): void {
    this.#open = false;
  }

  /** Whether a byte waits. Calls the source if the queue is empty. */
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

  /** Whether input may still come and cause an interrupt. */
  canInterrupt(): boolean {
    return this.interrupts && this.#open;
  }

  /** The state as plain data; it contains the input that was not read yet. */
  save(): ConsoleState {
    const input = Uint8Array.from(this.#queue.slice(this.#next));
    return { interrupts: this.interrupts, open: this.#open, input };
  }

  /** Sets the state to one that `save` returned. */
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

/** A console whose whole input is there from the start, and which stores everything that is printed. */
export class CollectingConsole extends Console {
  /** The bytes printed so far. */
  readonly printed: readonly number[];

  /** `input`: what the guest can read, bytes or a text that is taken as UTF-8; default nothing. */
  constructor(input: string | Uint8Array = '') {
    const printed: number[] = [];
    let rest: Uint8Array | undefined = typeof input === 'string' ? new TextEncoder().encode(input) : input;
    super(
      (byte) => printed.push(byte),
      () => {
        const bytes = rest;
        rest = undefined;
        return bytes;
      },
    );
    this.printed = printed;
  }

  /** What was printed so far, taken as UTF-8. */
  get text(): string {
    return new TextDecoder().decode(Uint8Array.from(this.printed));
  }
}
