/** What a guest printed. The oldest part of a flood is given up. */

const decoder = new TextDecoder();
/** Bytes that are stored, and bytes that a frame shows. */
const most = 2 ** 21;
const shown = 2 ** 15;

export class Printed {
  #bytes = new Uint8Array(1024);
  /** Bytes that were given up. */
  #dropped = 0;
  #length = 0;

  /** Bytes printed in all. Setting it forgets what came later. */
  get length(): number {
    return this.#dropped + this.#length;
  }

  set length(length: number) {
    this.#length = Math.min(this.#length, Math.max(0, length - this.#dropped));
  }

  add(byte: number): void {
    if (this.#length === this.#bytes.length) this.#makeRoom();
    this.#bytes[this.#length++] = byte;
  }

  #makeRoom(): void {
    if (this.#length < most) {
      const larger = new Uint8Array(this.#length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
      return;
    }
    this.#bytes.copyWithin(0, most / 2);
    this.#dropped += most / 2;
    this.#length -= most / 2;
  }

  /** The last of the first `count` bytes as text, and how many there were before it. */
  upTo(count: number): { readonly text: string; readonly before: number } {
    const end = Math.max(0, Math.min(count - this.#dropped, this.#length));
    const start = Math.max(0, end - shown);
    return { text: decoder.decode(this.#bytes.subarray(start, end)), before: this.#dropped + start };
  }
}
