/**
 * Where an access goes: R and LIMIT, page tables, the TLB. It holds what it derived from RING, R, LIMIT and PTBR,
 * which `refresh` is told whenever one of them changes; the machine (machine.ts) owns them.
 */
import type { Probe } from '../table/processor.ts';
import { SR } from '../table/sysregs.ts';
import type { Memory } from './memory.ts';
import { PAGE } from './storage.ts';
import { never } from './timer.ts';
import { Tlb } from './tlb.ts';
import {
  type Access,
  accessFault,
  findLeaf,
  frameInMemory,
  neededRight,
  OUTSIDE,
  PTE,
  pageFault,
  setBits,
} from './translate.ts';

/** `locate` found no address: the fault is recorded. */
export const FAULT = -1;
/** Result of `locate` for an access across two pages: see Memory.readSplit. */
const SPLIT = -2;

export class Addressing {
  /** Whether paging is on. */
  paging = false;
  /** R's base: what physical addresses are past virtual ones while paging is off. */
  base = 0;
  /**
   * First address past what may be accessed with paging off: through x0 and by fetches, and through a named register.
   * Both are 0 if there is more to check, because pages were given back.
   */
  plainBound = 0;
  namedBound = 0;
  /** First address past what R allows. */
  #bound = 0;
  /** The fault that `locate` found last. */
  faultCause = 0;
  faultAddress = 0;
  readonly #memory: Memory;
  readonly #tlb: Tlb;
  #ring = 0;
  #ptbr = 0;
  /** The first address that is out of reach of a load or store through a named register. */
  #limit = never;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#tlb = new Tlb(memory);
  }

  /** RING, R, LIMIT or PTBR may have changed; `system`: the system registers. */
  refresh(system: Int32Array, ring: number): void {
    this.#ring = ring;
    this.#ptbr = system[SR.PTBR] as number;
    this.paging = (this.#ptbr & 1) !== 0;
    this.base = (system[SR.RBASE] as number) >>> 0;
    const bound = (system[SR.RBOUND] as number) >>> 0;
    this.#bound = Math.min(bound, this.#memory.size - this.base);
    this.plainBound = this.paging || this.#memory.hasAbsent ? 0 : this.#bound;
    const limit = (system[SR.LIMIT] as number) >>> 0;
    this.#limit = limit === 0 || ring === 0 ? never : limit;
    this.namedBound = Math.min(this.plainBound, this.#limit);
    this.#tlb.enter(ring);
  }

  /** Translations may have changed otherwise than by a write to a page table or a change of ring. */
  forget(): void {
    this.#tlb.flush();
  }

  /**
   * Physical address of an access of `width` bytes at `va` (signed or unsigned), or
   * FAULT, or SPLIT. `named`: a load or store whose base register is not x0. Sets A and
   * D. With paging on and the access on one page, or paging off, the bytes lie together.
   */
  locate(va: number, width: number, access: Access, named: boolean): number {
    const address = va >>> 0;
    if (address + width <= (named ? this.namedBound : this.plainBound)) return this.base + address;
    return this.#locateSlowly(address, width, access, named);
  }

  #locateSlowly(address: number, width: number, access: Access, named: boolean): number {
    const end = address + width;
    const within = address & (PAGE - 1);
    if (this.paging && within + width <= PAGE && !(named && end > this.#limit)) {
      const page = this.#tlb.find(address, access);
      if (page >= 0) return page + within;
    }
    if ((named && end > this.#limit) || end > 2 ** 32) return this.#refuse(accessFault[access], address);
    if (!this.paging) {
      const is = this.#isRelocated(address, width);
      return is ? this.base + address : this.#refuse(accessFault[access], address);
    }
    const first = this.#walk(address, access);
    if (first === FAULT) return FAULT;
    const inFirst = PAGE - within;
    if (inFirst >= width) {
      this.#mark(first, access);
      const physical = this.#physical(first, address);
      this.#tlb.add(address, access, physical, this.#ptbr, first);
      return physical;
    }
    const second = this.#walk(address + inFirst, access);
    if (second === FAULT) return FAULT;
    this.#mark(first, access);
    this.#mark(second, access);
    this.#memory.split(this.#physical(first, address), inFirst, this.#physical(second, 0));
    return SPLIT;
  }

  /** With paging off: whether R allows the access, and the bytes are in memory. */
  #isRelocated(address: number, width: number): boolean {
    return address + width <= this.#bound && this.#memory.has(this.base + address, width);
  }

  /** Physical address of the entry that lets `access` to `address` pass, or FAULT. */
  #walk(address: number, access: Access): number {
    const leaf = findLeaf(this.#memory.words, this.#ptbr, address);
    if (leaf === OUTSIDE) return this.#refuse(accessFault[access], address);
    const entry = leaf < 0 ? 0 : (this.#memory.words[leaf >>> 2] as number);
    const needed = neededRight[access] | PTE.V | (this.#ring === 3 ? PTE.U : 0);
    if ((entry & needed) !== needed) return this.#refuse(pageFault[access], address);
    if (!frameInMemory(entry, this.#memory)) return this.#refuse(accessFault[access], address);
    return leaf;
  }

  /** Sets A, and D for a store, in the entry at `leaf`. */
  #mark(leaf: number, access: Access): void {
    const entry = this.#memory.words[leaf >>> 2] as number;
    const marked = entry | setBits[access];
    if (marked !== entry) this.#memory.mark(leaf, marked);
  }

  #physical(leaf: number, address: number): number {
    return (((this.#memory.words[leaf >>> 2] as number) & PTE.FRAME) >>> 0) + (address & (PAGE - 1));
  }

  #refuse(cause: number, address: number): typeof FAULT {
    this.faultCause = cause;
    this.faultAddress = address;
    return FAULT;
  }

  /** As Processor.probe, in `ring`. */
  probe(va: number, ring: number): Probe {
    const address = va >>> 0;
    const nowhere = { physical: -1, rights: 0 };
    if (!this.paging) {
      if (!this.#isRelocated(address, 1)) return nowhere;
      return { physical: this.base + address, rights: PTE.RIGHTS };
    }
    const leaf = findLeaf(this.#memory.words, this.#ptbr, address);
    const entry = leaf < 0 ? 0 : (this.#memory.words[leaf >>> 2] as number);
    if ((entry & PTE.V) === 0 || !frameInMemory(entry, this.#memory)) return nowhere;
    const rights = ring === 3 && (entry & PTE.U) === 0 ? 0 : entry & PTE.RIGHTS;
    return { physical: this.#physical(leaf, address), rights };
  }
}
