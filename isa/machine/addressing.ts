/**
 * Where an access goes: R and LIMIT, page tables, the TLB. It holds what it derived from RING, R, LIMIT and PTBR,
 * which `refresh` is told whenever one of them changes; the machine (machine.ts) owns them.
 */
import type { Probe } from '../table/processor.ts';
import { SR } from '../table/sysregs.ts';
import type { GuestMode } from './guest-mode.ts';
import type { Memory } from './memory.ts';
import { NestedMap, type NestedWalk } from './nested.ts';
import { PAGE } from './storage.ts';
import { never } from './timer.ts';
import { Tlb } from './tlb.ts';
import {
  type Access,
  accessFault,
  findLeaf,
  frameInMemory,
  LOAD,
  neededRight,
  OUTSIDE,
  PTE,
  pageFault,
  setBits,
} from './translate.ts';

/** `locate` found no address: the fault is recorded. */
export const FAULT = -1;
/** Result of `locate` for an access across two pages: see Memory.readSplit. */
export const SPLIT = -2;

/** An access that the nested map does not allow. */
export interface NestedFault {
  /** Guest-physical address. */
  readonly address: number;
  readonly access: Access;
}

export class Addressing {
  /** Whether page tables are walked: with paging on, and in guest mode, where shadow tables or a nested map always are. */
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
  /** If the fault that `locate` found last is the nested map's: what it does not allow. `takeNested` reads it. */
  #nestedFault: NestedFault | undefined;
  readonly #memory: Memory;
  readonly #tlb: Tlb;
  #guest: GuestMode | undefined;
  #ring = 0;
  #ptbr = 0;
  /** The first address that is out of reach of a load or store through a named register. */
  #limit = never;
  /** Guest mode with nested paging: the map; whether the guest's own paging is on; the end of its R. */
  #map: NestedMap | undefined;
  #guestPaging = false;
  #guestBound = 0;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#tlb = new Tlb(memory);
  }

  /** Guest mode begins, or ends (undefined). The caller then calls `refresh`. */
  setGuest(guest: GuestMode | undefined): void {
    this.#guest = guest;
    this.#map = guest?.isNested ? new NestedMap(this.#memory, guest.root) : undefined;
    this.forget();
  }

  /** RING, R, LIMIT or PTBR may have changed; `system`: the system registers. */
  refresh(system: Int32Array, ring: number): void {
    this.#ring = ring;
    this.#ptbr = system[SR.PTBR] as number;
    this.paging = (this.#ptbr & 1) !== 0;
    if (this.#guest !== undefined) this.#refreshGuest(this.#guest, (system[SR.RBOUND] as number) >>> 0);
    this.base = (system[SR.RBASE] as number) >>> 0;
    const bound = (system[SR.RBOUND] as number) >>> 0;
    this.#bound = Math.min(bound, this.#memory.size - this.base);
    this.plainBound = this.paging || this.#memory.hasAbsent ? 0 : this.#bound;
    const limit = (system[SR.LIMIT] as number) >>> 0;
    this.#limit = limit === 0 || ring === 0 ? never : limit;
    this.namedBound = Math.min(this.plainBound, this.#limit);
    this.#tlb.enter(ring);
  }

  /** In guest mode tables are always walked: shadow tables in place of the guest's own, or the nested map. */
  #refreshGuest({ isNested, root }: GuestMode, bound: number): void {
    this.#guestPaging = this.paging;
    this.#guestBound = bound;
    this.paging = true;
    if (!isNested) this.#ptbr = root;
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
    if (this.#map !== undefined) return this.#locateNested(this.#map, address, width, access);
    const first = this.#walk(address, access);
    if (first === FAULT) return FAULT;
    const inFirst = PAGE - within;
    if (inFirst >= width) {
      this.#mark(first, access);
      const physical = this.#physical(first, address);
      this.#tlb.watch(((this.#ptbr & PTE.FRAME) >>> 0) / PAGE);
      this.#tlb.watch(first >>> 12);
      this.#tlb.add(address, access, physical);
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

  // ---- Guest mode with nested paging ----

  /** The rest of `locate`: LIMIT is checked. With the guest's paging off, its pages begin where R has them. */
  #locateNested(map: NestedMap, address: number, width: number, access: Access): number {
    if (!this.#guestPaging && address + width > this.#guestBound)
      return this.#refuse(accessFault[access], address);
    const start = this.#guestPaging ? address : this.base + address;
    const inFirst = PAGE - (start % PAGE);
    const first = this.#walkNested(map, address, access);
    if (first.kind !== 'found') return this.#refuseNested(first, address, access);
    if (inFirst >= width) {
      if (first.leaf >= 0) this.#mark(first.leaf, access);
      this.#addNested(map, address, access, first);
      return first.host;
    }
    const second = this.#walkNested(map, address + inFirst, access);
    if (second.kind !== 'found') return this.#refuseNested(second, address + inFirst, access);
    for (const { leaf } of [first, second]) if (leaf >= 0) this.#mark(leaf, access);
    if (second.host === first.host + inFirst) return first.host;
    this.#memory.split(first.host, inFirst, second.host);
    return SPLIT;
  }

  #walkNested(map: NestedMap, address: number, access: Access): NestedWalk {
    if (!this.#guestPaging) return map.at(this.base + address, access);
    const needed = neededRight[access] | PTE.V | (this.#ring === 3 ? PTE.U : 0);
    return map.walk(this.#ptbr, address, access, needed);
  }

  #refuseNested(walk: NestedWalk, address: number, access: Access): typeof FAULT {
    if (walk.kind === 'nested') this.#nestedFault = walk;
    return this.#refuse(pageFault[access], address);
  }

  /** Remembers the page of `address` in the TLB, if all of it is mapped as this byte is. */
  #addNested(map: NestedMap, address: number, access: Access, walk: NestedWalk & { kind: 'found' }): void {
    const from = address - (address % PAGE);
    if (!this.#guestPaging && (this.base % PAGE !== 0 || from + PAGE > this.#guestBound)) return;
    this.#visit(map, address, (page) => this.#tlb.watch(page));
    this.#tlb.add(address, access, walk.host);
  }

  /** Calls `note` with the number of each page on which the translation of `address` depends. */
  #visit(map: NestedMap, address: number, note: (page: number) => void): void {
    if (!this.#guestPaging) {
      map.visit(this.base + address, note);
      return;
    }
    const root = ((this.#ptbr & PTE.FRAME) >>> 0) + (address >>> 22) * 4;
    map.visit(root, note);
    const first = map.host(root, LOAD);
    if (first < 0) return;
    note(first >>> 12);
    const pointer = this.#memory.words[first >>> 2] as number;
    const table = (pointer & PTE.FRAME) >>> 0;
    map.visit(table, note);
    const leaf = map.leaf(this.#ptbr, address);
    if (leaf < 0) return;
    note(leaf >>> 12);
    map.visit(((this.#memory.words[leaf >>> 2] as number) & PTE.FRAME) >>> 0, note);
  }

  /** The nested fault that `locate` found last, if it is one; it is forgotten. */
  takeNested(): NestedFault | undefined {
    const fault = this.#nestedFault;
    this.#nestedFault = undefined;
    return fault;
  }

  // ---- Translations for engines ----

  /** Whether addresses depend on R. */
  get usesR(): boolean {
    return !this.paging || (this.#map !== undefined && !this.#guestPaging);
  }

  /** What tells the present state of translation while page tables are walked, apart from LIMIT. */
  get tables(): string | number {
    if (this.#map === undefined) return this.#ptbr;
    const own = this.#guestPaging ? this.#ptbr : `${this.base}+${this.#guestBound}`;
    return `${this.#guest?.root} ${own}`;
  }

  /** The pages of the nested map, if there is one. */
  mapPages(): readonly number[] {
    return this.#map?.pages() ?? [];
  }

  /** Physical address of `va` (unsigned) in `ring`, without a trap; -1 if it is not mapped. Not the guest's, as `probe` says it. */
  physical(va: number, ring: number): number {
    const { physical } = this.probe(va, ring);
    return physical < 0 || this.#map === undefined ? physical : this.#map.host(physical, LOAD);
  }

  /** Whether the addresses of a page lie together, so that one entry can say where they are. */
  get isByPage(): boolean {
    return this.#map === undefined || this.#guestPaging || this.base % PAGE === 0;
  }

  /**
   * The page-table entry that the page of `va` (unsigned) has in effect: the rights and marks that count, and the physical
   * frame. Undefined if there is none. Calls `note` with the number of each page that was looked at.
   */
  entry(va: number, note: (page: number) => void): number | undefined {
    const { words } = this.#memory;
    const map = this.#map;
    if (map !== undefined) {
      this.#visit(map, va, note);
      const own = this.#guestPaging ? words[map.leaf(this.#ptbr, va) >>> 2] : this.#relocated(va);
      if (own === undefined) return undefined;
      const nested = map.entry((own & PTE.FRAME) >>> 0);
      const shared = nested & (PTE.R | PTE.W | PTE.X);
      return (own & (PTE.V | PTE.U | PTE.A | PTE.D | shared)) | (nested & PTE.FRAME);
    }
    const leaf = findLeaf(words, this.#ptbr, va);
    if (leaf < 0) return undefined;
    note(((this.#ptbr & PTE.FRAME) >>> 0) / PAGE);
    note(Math.floor(leaf / PAGE));
    return words[leaf >>> 2];
  }

  /** With the guest's paging off: the entry that its R is worth, for a page that is all within R. */
  #relocated(va: number): number | undefined {
    const from = va - (va % PAGE);
    if (from + PAGE > this.#guestBound || this.base + from >= 2 ** 32) return undefined;
    return (this.base + from) | PTE.V | PTE.RIGHTS | PTE.A | PTE.D;
  }

  /** Physical address of the page-table entry of `va` (unsigned) that the guest or the bare machine has; -1 if there is none. */
  leaf(va: number): number {
    if (this.#map === undefined) return findLeaf(this.#memory.words, this.#ptbr, va);
    return this.#guestPaging ? this.#map.leaf(this.#ptbr, va) : -1;
  }

  /** Physical address of the root of the page tables whose entries `leaf` finds; -1 if there are none. */
  get rootTable(): number {
    const root = (this.#ptbr & PTE.FRAME) >>> 0;
    if (this.#map === undefined) return root;
    return this.#guestPaging ? this.#map.host(root, LOAD) : -1;
  }

  /** The physical frame that a page-table entry maps, in its place in the entry; 0 if the nested map has none. */
  frameOf(entry: number): number {
    if (this.#map === undefined) return (entry & PTE.FRAME) >>> 0;
    return (this.#map.entry((entry & PTE.FRAME) >>> 0) & PTE.FRAME) >>> 0;
  }

  /** As `probe`, with nested paging: the physical address is the guest's. It changes nothing, and does not exit. */
  #probeNested(map: NestedMap, address: number, ring: number): Probe {
    const nowhere = { physical: -1, rights: 0 };
    if (!this.#guestPaging) {
      const at = this.base + address;
      const isThere = address + 1 <= this.#guestBound && map.entry(at) !== 0;
      return isThere ? { physical: at, rights: PTE.RIGHTS } : nowhere;
    }
    const leaf = map.leaf(this.#ptbr, address);
    const entry = leaf < 0 ? 0 : (this.#memory.words[leaf >>> 2] as number);
    if ((entry & PTE.V) === 0 || map.entry((entry & PTE.FRAME) >>> 0) === 0) return nowhere;
    const rights = ring === 3 && (entry & PTE.U) === 0 ? 0 : entry & PTE.RIGHTS;
    return { physical: this.#physical(leaf, address), rights };
  }

  /** As Processor.probe, in `ring`. In guest mode with shadow tables, what these say. */
  probe(va: number, ring: number): Probe {
    const address = va >>> 0;
    if (this.#map !== undefined) return this.#probeNested(this.#map, address, ring);
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
