/**
 * The translation cache: pages of real memory, and the reverse map, which gives the guest instruction
 * that each word comes from.
 *
 * A page is filled from both ends. Units grow upwards and the stubs of their branches downwards,
 * so that a branch always reaches its stub. A page may contain a table of indirect targets instead (targets.ts).
 */
import type { Machine } from '../../isa/machine/machine.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import { REGION } from '../guest/compression.ts';
import type { Origin } from './origin.ts';

export class TranslationCache {
  /** Size in bytes. */
  readonly size: number;
  readonly #real: Machine;
  readonly #at: number;
  readonly #origins: (Origin | undefined)[] = [];
  /** Offset of the first free page. */
  #free = 0;
  /** Offset of the next unit, in the current page. */
  #code = 0;
  /** Offset of the end of the free room in the current page. */
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

  /** Address of the next word of a unit. */
  get here(): number {
    return REGION + this.#code;
  }

  /** Makes room for `words` more words, in this page or a new one. False if the cache is full. */
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

  /** Sets the position of the next word back to `address`, so that the last words are replaced. */
  rewind(address: number): void {
    this.#code = address - REGION;
  }

  /** Reserves room for a stub of `words` words; returns its address. */
  takeStub(words: number): number {
    this.#end -= 4 * words;
    return REGION + this.#end;
  }

  /** Reserves a whole page; returns its address, or undefined if the cache is full. */
  takePage(): number | undefined {
    if (this.#free + PAGE > this.size) return undefined;
    const at = REGION + this.#free;
    this.#free += PAGE;
    return at;
  }

  /** Writes a word and its origin. */
  write(address: number, word: number, origin: Origin): void {
    this.patch(address, word);
    this.#origins[(address - REGION) >>> 2] = origin;
  }

  /** Writes a word with the same origin as the old one. */
  patch(address: number, word: number): void {
    this.#real.memory.write(this.#at + address - REGION, 4, word);
  }

  read(address: number): number {
    return this.#real.memory.read(this.#at + address - REGION, 4);
  }

  /** The origin of the word at `address`: the guest's pc, and how to get the guest's exact state. */
  origin(address: number): Origin | undefined {
    return this.#origins[(address - REGION) >>> 2];
  }

  /** Empties the cache. */
  clear(): void {
    this.#real.memory.fill(this.#at, new Uint8Array(this.#free));
    this.#origins.length = 0;
    this.#free = 0;
    this.#code = 0;
    this.#end = 0;
  }
}
