/** A sleep that ends early when something happens. */
export class Doze {
  #wake: (() => void) | undefined;

  /** Sleeps until `wake`, `ms` milliseconds at most. */
  async rest(ms?: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (ms !== undefined) timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
  }

  /** Ends the present sleep, if there is one. */
  wake(): void {
    this.#wake?.();
  }
}
