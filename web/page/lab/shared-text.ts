/**
 * A text that is edited in two places: here, and as a file that others write. Neither ever overwrites what the other has
 * not seen: when both have changed, both stay, and the reader chooses.
 */

/** A text with its version, as the server names it; '' where there is no file. */
export interface Versioned {
  readonly text: string;
  readonly version: string;
}

/** What the page has to do about the file as it is now. */
export type Arrival = 'nothing' | 'take' | 'choose';

export class SharedText {
  /** The file as this page last saw it: what is here was made from it. */
  #base: Versioned;
  /** The file as it is now, while the reader has to choose. */
  #other: Versioned | undefined;

  constructor(base: Versioned) {
    this.#base = base;
  }

  get base(): Versioned {
    return this.#base;
  }

  /** What the file has while the reader has to choose; undefined if there is nothing to choose. */
  get other(): Versioned | undefined {
    return this.#other;
  }

  /** Whether `mine`, the text here, is to be saved now. */
  isToBeSaved(mine: string): boolean {
    return this.#other === undefined && mine !== this.#base.text;
  }

  /** The file is now like this. `take`: its text replaces the one here, which has no changes of its own. */
  arrived(now: Versioned, mine: string): Arrival {
    const isUnchanged = mine === this.#base.text;
    if (now.version === this.#base.version || now.text === mine) {
      this.#settle(now);
      return 'nothing';
    }
    if (isUnchanged) {
      this.#settle(now);
      return 'take';
    }
    this.#other = now;
    return 'choose';
  }

  /** `text` was saved, and is that version. */
  saved(text: string, version: string): void {
    this.#settle({ text, version });
  }

  /** The reader chose the file's text. Returns it. */
  takeTheirs(): string {
    this.#settle(this.#other ?? this.#base);
    return this.#base.text;
  }

  /** The reader chose the text here: it may be saved over what the file has now. */
  keepMine(): void {
    this.#settle(this.#other ?? this.#base);
  }

  #settle(base: Versioned): void {
    this.#base = base;
    this.#other = undefined;
  }
}
