/**
 * Nested paging: two-dimensional walks. The guest's page tables translate to guest-physical addresses, and the nested map
 * translates these, and the addresses of the guest's tables themselves, to physical ones.
 *
 * The nested map has the form of page tables. Of its entries, V, R, W and X count; U, A and D have no meaning there.
 */
import type { Memory } from './memory.ts';
import { PAGE } from './storage.ts';
import { type Access, findLeaf, frameInMemory, LOAD, neededRight, PTE, STORE, setBits } from './translate.ts';

/** What a walk found. `host` and `leaf` are physical addresses. */
export type NestedWalk =
  /** Where the byte is, and the guest's last-level entry (-1: its paging is off). */
  | { readonly kind: 'found'; readonly host: number; readonly leaf: number }
  /** The guest's own tables do not allow the access. */
  | { readonly kind: 'page fault' }
  /** The nested map does not allow the access to this guest-physical address. */
  | { readonly kind: 'nested'; readonly address: number; readonly access: Access };

export class NestedMap {
  readonly #memory: Memory;
  readonly #root: number;

  constructor(memory: Memory, root: number) {
    this.#memory = memory;
    this.#root = root;
  }

  /** The entry for guest-physical address `address` (up to 2^33); 0 if there is none. */
  entry(address: number): number {
    const { words } = this.#memory;
    if (address >= 2 ** 32) return 0;
    const leaf = findLeaf(words, this.#root, address);
    const entry = leaf < 0 ? 0 : (words[leaf >>> 2] as number);
    return (entry & PTE.V) !== 0 && frameInMemory(entry, this.#memory) ? entry : 0;
  }

  /** Physical address of a guest-physical one; -1 if the map does not allow the access. */
  host(address: number, access: Access): number {
    const entry = this.entry(address);
    if ((entry & neededRight[access]) === 0) return -1;
    return ((entry & PTE.FRAME) >>> 0) + (address % PAGE);
  }

  /** Numbers of all pages of the map. */
  pages(): readonly number[] {
    const { words, size } = this.#memory;
    const pages = [this.#root / PAGE];
    if (this.#root + PAGE > size) return pages;
    for (let n = 0; n < 1024; n++) {
      const pointer = words[this.#root / 4 + n] as number;
      if ((pointer & PTE.V) !== 0) pages.push((pointer & PTE.FRAME) >>> 12);
    }
    return pages;
  }

  /** Calls `note` with the number of each page of the map that leads to `address`. */
  visit(address: number, note: (page: number) => void): void {
    note(this.#root / PAGE);
    const leaf = findLeaf(this.#memory.words, this.#root, address);
    if (leaf >= 0) note(Math.floor(leaf / PAGE));
  }

  /** The guest's last-level entry of `va` in the tables of `ptbr`: where it is for the guest, and physically. */
  #leaf(
    ptbr: number,
    va: number,
  ): NestedWalk | { readonly kind: 'leaf'; readonly at: number; readonly leaf: number } {
    const root = ((ptbr & PTE.FRAME) >>> 0) + (va >>> 22) * 4;
    const first = this.host(root, LOAD);
    if (first < 0) return { kind: 'nested', address: root, access: LOAD };
    const pointer = this.#memory.words[first >>> 2] as number;
    if ((pointer & (PTE.V | PTE.R | PTE.W | PTE.X)) !== PTE.V) return { kind: 'page fault' };
    const at = ((pointer & PTE.FRAME) >>> 0) + ((va >>> 12) & 1023) * 4;
    const leaf = this.host(at, LOAD);
    return leaf < 0 ? { kind: 'nested', address: at, access: LOAD } : { kind: 'leaf', at, leaf };
  }

  /** Physical address of the guest's last-level entry of `va`; -1 if there is none. */
  leaf(ptbr: number, va: number): number {
    const found = this.#leaf(ptbr, va);
    return found.kind === 'leaf' ? found.leaf : -1;
  }

  /** The walk for an access to `va` in the tables of `ptbr`, when the ring needs these bits. */
  walk(ptbr: number, va: number, access: Access, needed: number): NestedWalk {
    const found = this.#leaf(ptbr, va);
    if (found.kind !== 'leaf') return found;
    const { at, leaf } = found;
    const entry = this.#memory.words[leaf >>> 2] as number;
    if ((entry & needed) !== needed) return { kind: 'page fault' };
    const marks = (entry & setBits[access]) !== setBits[access];
    if (marks && this.host(at, STORE) < 0) return { kind: 'nested', address: at, access: STORE };
    return this.at(((entry & PTE.FRAME) >>> 0) + (va & (PAGE - 1)), access, leaf);
  }

  /** The second half of a walk: the byte at a guest-physical address. */
  at(address: number, access: Access, leaf = -1): NestedWalk {
    const host = this.host(address, access);
    return host < 0 ? { kind: 'nested', address, access } : { kind: 'found', host, leaf };
  }
}
