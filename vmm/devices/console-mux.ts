/**
 * The console multiplexer: one real console for all guests. A single guest has it to
 * itself. Of several, each one's output appears in whole lines behind its name, and
 * input goes to the first.
 */
import { joined } from '../../isa/machine/bytes.ts';
import { Console, type ConsoleState } from '../../isa/machine/devices/console.ts';
import type { Machine } from '../../isa/machine/machine.ts';
import { LineMux } from './line-mux.ts';
import { printByte, readByte } from './physical.ts';

export class ConsoleMux {
  readonly #real: Machine;
  readonly #alone: boolean;
  readonly #lines: LineMux;

  constructor(real: Machine, names: readonly string[]) {
    this.#real = real;
    this.#alone = names.length === 1;
    this.#lines = new LineMux(names, (byte) => printByte(real, byte));
  }

  /** The virtual console of guest `n`. */
  consoleFor(n: number): Console {
    const sink = this.#alone ? (byte: number) => printByte(this.#real, byte) : this.#lines.sinkFor(n);
    if (n > 0) return new Console(sink, () => undefined);
    return new InputConsole(this.#real.console, sink, () => this.#input());
  }

  /** Prints what guests have begun of a line. */
  flush(): void {
    this.#lines.flush();
  }

  /** A byte of the real console's input; none if none waits yet; undefined at its end. */
  #input(): Uint8Array | undefined {
    const byte = readByte(this.#real);
    if (byte >= 0) return Uint8Array.of(byte);
    return this.#real.console.open ? new Uint8Array() : undefined;
  }
}

/**
 * The virtual console of the guest that gets the input. It takes byte by byte from the real
 * one what it asks for; the rest that waits there is the guest's all the same, and of its state.
 */
class InputConsole extends Console {
  readonly #real: Console;

  constructor(real: Console, sink: (byte: number) => void, source: () => Uint8Array | undefined) {
    super(sink, source);
    this.#real = real;
  }

  override save(): ConsoleState {
    const [own, real] = [super.save(), this.#real.save()];
    return {
      ...own,
      open: own.open && real.open,
      input: joined([own.input, real.input]),
    };
  }

  override restore(state: ConsoleState): void {
    super.restore(state);
    this.#real.restore({ ...this.#real.save(), open: state.open, input: new Uint8Array() });
  }
}
