/**
 * The context: settings that the host gives to a machine, like its name and its address, and the context's age, which
 * grows when the machine is another one than before. The guest reads the text byte by byte (ports.ts).
 *
 * The text is made of lines KEY='value', as `formatContext` writes them: OpenNebula's context.sh, which a shell can read, too.
 * The age is an idea of Microsoft's VM Generation ID: a guest that finds another age than it has noted must not use again
 * what has to be used once, like random numbers and names.
 */
import type { Component } from '../component.ts';

/** Most bytes of a context. */
export const CONTEXT_MAX = 4096;

/** A context's state; undefined = the machine has no context. */
export interface ContextState {
  readonly text: Uint8Array;
  /** Position of the next byte that is read. */
  readonly at: number;
  readonly age: number;
}

/** The context's device of a machine. */
export class GuestContext implements Component<ContextState | undefined> {
  #text: Uint8Array | undefined;
  #at = 0;
  #age = 0;

  /** Bytes of the context; -1 = there is none. */
  get length(): number {
    return this.#text?.length ?? -1;
  }

  /** -1 = there is none. */
  get age(): number {
    return this.#text === undefined ? -1 : this.#age;
  }

  /** The text, if there is a context. */
  get text(): Uint8Array | undefined {
    return this.#text;
  }

  /** Gives the machine this context instead of the present one. The age grows, or is the one that is given (unsigned). */
  give(text: Uint8Array, age = this.#age + 1): void {
    if (text.length > CONTEXT_MAX)
      throw new RangeError(`a context of ${text.length} bytes: it has at most ${CONTEXT_MAX}`);
    this.#text = text.slice();
    this.#at = 0;
    this.#age = age >>> 0;
  }

  /** Sets the position of the next byte that is read (signed or unsigned). */
  seek(at: number): void {
    if (this.#text !== undefined) this.#at = at >>> 0;
  }

  /** The byte at the position, which moves on; -1 after the last. */
  take(): number {
    const byte = this.#text?.[this.#at];
    if (byte === undefined) return -1;
    this.#at += 1;
    return byte;
  }

  save(): ContextState | undefined {
    return this.#text && { text: this.#text, at: this.#at, age: this.#age };
  }

  restore(state: ContextState | undefined): void {
    this.#text = state?.text.slice();
    this.#at = state?.at ?? 0;
    this.#age = state?.age ?? 0;
  }
}

/** The state of a machine's context as that of a clone: the same text, one older. */
export function aged(state: ContextState): ContextState {
  return { ...state, at: 0, age: (state.age + 1) >>> 0 };
}

// ---- The text ----

/** Settings by key. */
export type Settings = ReadonlyMap<string, string>;

/** A text that cannot be read as a context. The message is one line. */
export class ContextError extends Error {
  override readonly name = 'ContextError';
}

/** Names of settings, as shells have them. */
const keyPattern = /^[A-Za-z_]\w{0,63}$/;

/** The text of settings. Throws ContextError. */
export function formatContext(settings: Settings): Uint8Array {
  const lines = [...settings].map(([key, value]) => {
    if (!keyPattern.test(key))
      throw new ContextError(
        `"${key.slice(0, 80)}" is no name of a setting: it has letters, digits and _, at most 64, and begins with no digit`,
      );
    if (value.includes('\0')) throw new ContextError(`${key}: its value has a zero byte`);
    return `${key}='${value.replaceAll("'", "'\\''")}'\n`;
  });
  const text = new TextEncoder().encode(lines.join(''));
  if (text.length > CONTEXT_MAX)
    throw new ContextError(
      `the settings take ${text.length} bytes, and a context has at most ${CONTEXT_MAX}`,
    );
  return text;
}

/** What may follow the = of a setting, piece by piece: quoted, or plain characters that mean nothing else to a shell. */
const pieces = /'([^']*)'|"([^"\\$`]*)"|\\(')|([\w.,:/@%+=-]+)/y;

/**
 * Reads a context: lines KEY=VALUE, whose values may be quoted as in a shell, but nothing is expanded; lines that begin with #
 * are no settings. Throws ContextError, which names the line.
 */
export function parseContext(text: string): Settings {
  const settings = new Map<string, string>();
  let at = 0;
  const fail = (reason: string): never => {
    throw new ContextError(`line ${text.slice(0, at).split('\n').length}: ${reason}`);
  };
  while (at < text.length) {
    const [skipped = ''] = /^(?:[ \t\r]*(?:#.*)?(?:\n|$))*/.exec(text.slice(at)) ?? [];
    at += skipped.length;
    if (at >= text.length) break;
    const [begin = '', key = ''] = /^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)=/.exec(text.slice(at)) ?? [];
    if (begin === '') fail("expected KEY='value'");
    if (!keyPattern.test(key)) fail(`${key.slice(0, 80)}: a name has at most 64 characters`);
    if (settings.has(key)) fail(`${key} is set twice`);
    at += begin.length;
    let value = '';
    for (pieces.lastIndex = at; ; at = pieces.lastIndex) {
      pieces.lastIndex = at;
      const piece = pieces.exec(text);
      if (piece === null) break;
      value += piece.slice(1).find((part) => part !== undefined) ?? '';
    }
    const [rest] = /^[ \t\r]*(?:\n|$)/.exec(text.slice(at)) ?? [];
    if (rest === undefined) fail(`${key}: expected its value in single quotes, like ${key}='a value'`);
    at += rest?.length ?? 0;
    settings.set(key, value);
  }
  return settings;
}
