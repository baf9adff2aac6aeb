/** A section of one source file while it is being filled: bytes, alignment, flags. */
import { SourceProblem } from '../diagnostics.ts';
import type { Bound } from './bound.ts';

export interface SectionFlags {
  /** It is in memory when the program runs. */
  readonly alloc: boolean;
  readonly write: boolean;
  readonly exec: boolean;
  /** It has no bytes in the file, and is zero in memory. */
  readonly nobits: boolean;
  /** It contains the initial values of thread-local variables. */
  readonly thread?: boolean | undefined;
}

/** The most bytes in an image's file, because larger files cannot be loaded. `.bss` takes no room in the file. */
export const MAX_BYTES = 64 * 2 ** 20;
const ADDRESS_SPACE = 2 ** 32;

export class ObjectSection {
  readonly name: string;
  readonly flags: SectionFlags;
  /** Its position among a file's sections of the same name: GNU's subsections. */
  readonly order: number;
  /** The section is not in memory: a label's offset in it is a plain number. */
  readonly absolute: boolean;
  /** A power of two. */
  alignment = 1;
  /** Bytes so far; the offset of the next one. */
  size = 0;
  /** Address of the first byte; 0 until layout (link/layout.ts) has placed the section. */
  address = 0;
  /** An instruction at an address that is not a multiple of four was already reported. */
  misaligned = false;
  /** Each `%pcrel_hi` or similar function (isPointer in evaluate.ts), by the offset of its instruction. */
  readonly pcrelHigh = new Map<number, Bound & { readonly kind: 'relocation' }>();
  private content = new Uint8Array(256);

  constructor(name: string, flags: SectionFlags, order = 0, absolute = false) {
    this.name = name;
    this.flags = flags;
    this.order = order;
    this.absolute = absolute;
  }

  /** The bytes; empty for a section without bits. */
  get bytes(): Uint8Array {
    return this.flags.nobits ? new Uint8Array(0) : this.content.subarray(0, this.size);
  }

  /**
   * Appends bytes; returns their offset. Throws SourceProblem if bytes that are not zero are added to a section
   * without bits.
   */
  append(bytes: Uint8Array): number {
    const offset = this.grow(bytes.length);
    if (!this.flags.nobits) this.content.set(bytes, offset);
    else if (bytes.some((byte) => byte !== 0)) throw this.holdsNothing();
    return offset;
  }

  /** Appends `count` bytes, all `value`; returns their offset. */
  fill(count: number, value: number): number {
    const offset = this.grow(count);
    if (this.flags.nobits) {
      if (value !== 0) throw this.holdsNothing();
    } else if (value !== 0) this.content.fill(value, offset, offset + count);
    return offset;
  }

  /** Appends `count` copies of `pattern`. Throws SourceProblem as `append` does. */
  repeat(pattern: Uint8Array, count: number): void {
    const size = pattern.length * count;
    const start = this.grow(size);
    if (pattern.every((byte) => byte === 0)) return;
    if (this.flags.nobits) throw this.holdsNothing();
    this.content.set(pattern.subarray(0, size), start);
    for (let done = pattern.length; done < size; done *= 2) {
      this.content.copyWithin(start + done, start, start + Math.min(done, size - done));
    }
  }

  /** Writes the low 1 to 8 bytes of a value, little-endian, at an offset that was appended before. */
  write(offset: number, size: number, value: bigint): void {
    if (this.flags.nobits) {
      if (value !== 0n) throw this.holdsNothing();
      return;
    }
    let rest = BigInt.asUintN(64, value);
    for (let n = 0; n < size; n++) {
      this.content[offset + n] = Number(rest & 255n);
      rest >>= 8n;
    }
  }

  /** Appends an instruction word; returns its offset. */
  appendWord(word: number): number {
    if (this.flags.nobits) throw this.holdsNothing();
    const offset = this.grow(4);
    this.alignment = Math.max(this.alignment, 4);
    this.writeWord(offset, word);
    return offset;
  }

  writeWord(offset: number, word: number): void {
    this.content[offset] = word;
    this.content[offset + 1] = word >>> 8;
    this.content[offset + 2] = word >>> 16;
    this.content[offset + 3] = word >>> 24;
  }

  private grow(count: number): number {
    const offset = this.size;
    const size = offset + count;
    if (size > ADDRESS_SPACE) {
      throw new SourceProblem(
        0,
        `section ${this.name} would be ${size} bytes long, past the 4 GiB of the address space`,
      );
    }
    if (!this.flags.nobits && size > this.content.length) {
      if (size > MAX_BYTES) {
        throw new SourceProblem(
          0,
          `section ${this.name} would contain ${size} bytes; at most ${MAX_BYTES / 2 ** 20} MiB can be loaded`,
          'reserve large areas in `.bss`, where zeros take no room in the file',
        );
      }
      const larger = new Uint8Array(Math.min(MAX_BYTES, Math.max(size, this.content.length * 2)));
      larger.set(this.content.subarray(0, offset));
      this.content = larger;
    }
    this.size = size;
    return offset;
  }

  private holdsNothing(): SourceProblem {
    return new SourceProblem(
      0,
      `section ${this.name} holds no bytes, only reserved space`,
      'use `.zero` here, or put the data in `.data`',
    );
  }
}
