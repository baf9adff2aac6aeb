/** What checkpoints keep contents of: numbered blocks of one size, of which it is known which were written. */
import { sameBytes } from '../../isa/machine/bytes.ts';
import { DirtyLog } from '../../isa/machine/dirty-log.ts';
import type { Memory } from '../../isa/machine/memory.ts';
import { PAGE } from '../../isa/machine/storage.ts';

export interface Blocks {
  /** Bytes of a block. */
  readonly blockSize: number;
  /** Numbers of the blocks written since this was asked last. */
  takeDirty(): readonly number[];
  /** The contents of a block, not to be changed. */
  copy(n: number): Uint8Array;
  /** Puts contents back; undefined = those that it had before it was ever written. */
  put(n: number, contents: Uint8Array | undefined): void;
}

const zeros = new Uint8Array(PAGE);

/** Bytes compared at once when a page is put back: what did not change is not written, and no code on it is lost. */
const line = 64;

/** A memory's pages. Before they were ever written they are zero. */
export class MemoryBlocks implements Blocks {
  readonly blockSize = PAGE;
  readonly #memory: Memory;
  readonly #log: DirtyLog;
  #first = true;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#log = new DirtyLog(memory);
  }

  /** The first time: all pages that are not zero. */
  takeDirty(): readonly number[] {
    const dirty = this.#log.take();
    if (!this.#first) return dirty;
    this.#first = false;
    const pages = Array.from({ length: this.#memory.size / PAGE }, (_, page) => page);
    return pages.filter((page) => !sameBytes(this.#page(page), zeros));
  }

  copy(n: number): Uint8Array {
    return this.#page(n).slice();
  }

  put(n: number, contents = zeros): void {
    const present = this.#page(n);
    if (sameBytes(present, contents)) return;
    for (let at = 0; at < PAGE; at += line) {
      const wanted = contents.subarray(at, at + line);
      if (!sameBytes(present.subarray(at, at + line), wanted)) this.#memory.fill(n * PAGE + at, wanted);
    }
  }

  #page(n: number): Uint8Array {
    return this.#memory.bytes.subarray(n * PAGE, (n + 1) * PAGE);
  }
}
