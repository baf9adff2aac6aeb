/**
 * Inputs: all that reaches a guest from outside. A run is a function of its image, its
 * variant and these, so a recording holds nothing else (King, Dunlap and Chen 2005, section 4).
 *
 * What a debugger changes is an input like another: it comes at a step, and a replay does
 * it again. A new device that hears from outside adds its kind here, and `apply` in
 * timeline.ts does not compile until it says what it does.
 */

export type Input =
  /** Bytes typed at the console. */
  | { readonly kind: 'console'; readonly bytes: Uint8Array }
  /** No more will be typed. */
  | { readonly kind: 'console-end' }
  /** A frame from the network, which arrives at step `at`. */
  | { readonly kind: 'frame'; readonly bytes: Uint8Array; readonly at: number }
  /** A debugger wrote memory, at a physical address of the guest's. */
  | { readonly kind: 'memory'; readonly at: number; readonly bytes: Uint8Array }
  /** A debugger wrote a general register, a system register, pc or STATUS. Values signed or unsigned. */
  | {
      readonly kind: 'register';
      readonly file: 'general' | 'system' | 'pc' | 'status';
      readonly number: number;
      readonly value: number;
    };

/** An input and the step before which it came. */
export interface RecordedInput {
  /** The guest has made this many steps when the input comes. */
  readonly step: number;
  /** What came. */
  readonly input: Input;
}

/** Inputs in the order in which they came, and which of them the guest has had. */
export class InputLog {
  readonly #inputs: RecordedInput[] = [];
  /** How many of them the guest has had, where it is now. */
  position = 0;

  /** Notes an input that comes now, at `step`; what was recorded after it is no more. */
  record(step: number, input: Input): void {
    this.#inputs.length = this.position;
    this.#inputs.push({ step, input });
    this.position += 1;
  }

  /** Takes inputs that were recorded elsewhere; the guest has had none of them. */
  load(inputs: readonly RecordedInput[]): void {
    this.#inputs.length = 0;
    for (const one of inputs) this.#inputs.push(one);
    this.position = 0;
  }

  /** The step of the next recorded input; Infinity = none. */
  get nextStep(): number {
    return this.#inputs[this.position]?.step ?? Number.POSITIVE_INFINITY;
  }

  /** The next recorded input if it comes at `step`; the guest then has it. */
  take(step: number): Input | undefined {
    const next = this.#inputs[this.position];
    if (next === undefined || next.step > step) return undefined;
    this.position += 1;
    return next.input;
  }

  /** All that is recorded. */
  get all(): readonly RecordedInput[] {
    return this.#inputs;
  }
}
