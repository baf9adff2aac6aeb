/**
 * The translation cache: pages of real memory, and for each of their words where it comes
 * from (the reverse map).
 *
 * A page fills from both ends: units grow upwards, the stubs of their branches downwards,
 * so that a branch always reaches its stub. A page may hold a table instead (targets.ts).
 */
import type { Machine } from '../../isa/machine/machine.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import { REGION } from '../guest/compression.ts';
import type { Origin } from './origin.ts';

export class TranslationCache {
  /** Bytes of it. */
  readonly size: number;
  readonly #real: Machine;
  readonly #at: number;
  readonly #origins: (Origin | undefined)[] = [];
  /** Offset of the first page that is free. */
  #free = 0;
  /** Offsets in the present page: of the next unit, and past the room left for it. */
  #code = 0;
  #end = 0;

  /** A cache in the `size` bytes from physical address `at` on. */
  constructor(real: Machine, at: number, size: number) {
    this.#real = real;
    this.#at = at;
    this.size = size;
  }

  /** Bytes in use: whole pages. */
  get used(): number {
    return this.#free;
  }

  /** Address where the next word of a unit goes. */
  get here(): number {
    return REGION + this.#code;
  }

  /** Sees to room for `words` more words in this page or a new one. False when the cache is full. */
  makeRoom(words: number): boolean {
    if (this.hasRoom(words)) return true;
    if (this.#free + PAGE > this.size) return false;
    this.#code = this.#free;
    this.#free += PAGE;
    this.#end = this.#free;
    return true;
  }

  /** Whether this page has room for `words` more words. */
  hasRoom(words: number): boolean {
    return this.#code + 4 * words <= this.#end;
  }

  /** Writes the next word of a unit; returns its address. */
  append(word: number, origin: Origin): number {
    const at = this.here;
    this.write(at, word, origin);
    this.#code += 4;
    return at;
  }

  /** Goes back to `address`, where the last words are replaced by what continues there. */
  rewind(address: number): void {
    this.#code = address - REGION;
  }

  /** Takes room for a stub of `words` words; returns its address. */
  takeStub(words: number): number {
    this.#end -= 4 * words;
    return REGION + this.#end;
  }

  /** Takes a page to itself; returns its address, or undefined when the cache is full. */
  takePage(): number | undefined {
    if (this.#free + PAGE > this.size) return undefined;
    const at = REGION + this.#free;
    this.#free += PAGE;
    return at;
  }

  /** Writes a word, and says where it comes from. */
  write(address: number, word: number, origin: Origin): void {
    this.patch(address, word);
    this.#origins[(address - REGION) >>> 2] = origin;
  }

  /** Writes a word that comes from where the old one did. */
  patch(address: number, word: number): void {
    this.#real.memory.write(this.#at + address - REGION, 4, word);
  }

  read(address: number): number {
    return this.#real.memory.read(this.#at + address - REGION, 4);
  }

  /** Where the word at `address` comes from: guest pc, and how to make exact state of it. */
  origin(address: number): Origin | undefined {
    return this.#origins[(address - REGION) >>> 2];
  }

  /** Empties it. */
  clear(): void {
    this.#real.memory.fill(this.#at, new Uint8Array(this.#free));
    this.#origins.length = 0;
    this.#free = 0;
    this.#code = 0;
    this.#end = 0;
  }
}
