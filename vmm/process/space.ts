/**
 * A process's memory, from low to high: image, heap (brk), free, mapped blocks (mmap,
 * from high to low), stack. Protection is not modelled: all of it can be read and written.
 */

const page = 4096;

/** The part at the top that is the stack's: 8 MiB, or a quarter of a small memory. */
export function stackSize(memory: number): number {
  return Math.min(8 * 2 ** 20, memory / 4);
}

function roundUp(n: number): number {
  return Math.ceil(n / page) * page;
}

export class AddressSpace {
  readonly #clear: (from: number, to: number) => void;
  readonly #start: number;
  readonly #end: number;
  #break: number;
  /** Mapped blocks, whole pages, highest first. */
  #blocks: { from: number; to: number }[] = [];

  /** `size`: bytes of memory; `imageEnd`: the first address after the image; `clear` writes zeros. */
  constructor(size: number, imageEnd: number, clear: (from: number, to: number) => void) {
    this.#clear = clear;
    this.#start = roundUp(imageEnd);
    this.#break = this.#start;
    this.#end = size - stackSize(size);
  }

  /** Moves the end of the heap if it can, and returns where it is, as Linux's brk does. */
  setBreak(end: number): number {
    const lowest = this.#blocks.at(-1)?.from ?? this.#end;
    if (end >= this.#start && end <= lowest) {
      if (end < this.#break) this.#clear(end, this.#break);
      this.#break = end;
    }
    return this.#break;
  }

  /** Maps zeroed pages, at `wanted` if `fixed`; returns their address, or undefined if there is no room. */
  map(wanted: number, length: number, fixed: boolean): number | undefined {
    const size = roundUp(length);
    const at = fixed ? wanted : this.#findGap(size);
    if (at === undefined || at % page !== 0 || at < roundUp(this.#break) || at + size > this.#end)
      return undefined;
    this.#remove(at, at + size);
    this.#clear(at, at + size);
    this.#blocks.push({ from: at, to: at + size });
    this.#blocks.sort((a, b) => b.from - a.from);
    return at;
  }

  /** Unmaps whole pages, mapped or not; false if the range is not page-aligned. */
  unmap(at: number, length: number): boolean {
    if (at % page !== 0 || length === 0) return false;
    this.#remove(at, at + roundUp(length));
    return true;
  }

  /** The highest free place for `size` bytes. */
  #findGap(size: number): number | undefined {
    let top = this.#end;
    for (const { from, to } of this.#blocks) {
      if (top - to >= size) break;
      top = from;
    }
    return top - size >= roundUp(this.#break) ? top - size : undefined;
  }

  #remove(from: number, to: number): void {
    this.#blocks = this.#blocks.flatMap((block) => {
      if (block.to <= from || block.from >= to) return [block];
      const above = { from: to, to: block.to };
      const below = { from: block.from, to: from };
      return [above, below].filter((rest) => rest.from < rest.to);
    });
  }
}
