/**
 * The flat tables: for paged guests, one word for each virtual page, class and kind of access.
 * 0 = not in the table; otherwise host address - guest address - entryBias (layout.ts).
 *
 * A page is not in a store table while it is watched (Memory.watched), for example because it contains
 * compiled instructions, or page tables from which an entry here was made. So every
 * write that must be noticed is a miss, and the interpreter executes it.
 */
import type { Machine } from '../../machine/machine.ts';
import { WATCH } from '../../machine/memory.ts';
import { PAGE } from '../../machine/storage.ts';
import { frameInMemory, PTE } from '../../machine/translate.ts';
import { SR } from '../../table/sysregs.ts';
import { entryBias, flatTable, flatTableWords, guestMemoryAt, SLOT, tableClass } from './layout.ts';

/** One entry of the tables. */
export interface Filled {
  /** Word index in the whole storage. */
  readonly index: number;
  /** Number of the physical page. */
  readonly page: number;
  readonly store: boolean;
  readonly value: number;
  /** `purge` has taken it out. */
  gone: boolean;
}

/** When the list of entries is this long, those that are gone are removed from it. */
const crowded = 65536;

const watchedHere = ~WATCH.NEXT;

export class FlatTables {
  readonly #machine: Machine;
  readonly #words: Int32Array;
  #filled: Filled[] = [];
  /** How many of the entries are gone. */
  #gone = 0;
  /**
   * The entries for stores, by physical page. This index is made when a page is purged, and dropped when the address
   * space changes.
   */
  #stores: Map<number, Filled[]> | undefined;
  /** The pages that this class has marked WATCH.TABLE. */
  readonly #tables = new Set<number>();

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#words = new Int32Array(machine.storage.buffer);
    // An engine that was not closed has left its entries.
    if (this.#words[SLOT.ENTRIES >>> 2] !== 0) flatTableWords(machine.storage.buffer).fill(0);
    this.#words[SLOT.ENTRIES >>> 2] = 0;
  }

  /**
   * Enters the page of `va` (unsigned), where the interpreter has just made an access, if another one would now
   * pass and change nothing but data. Returns whether it is there now, or was there already.
   */
  fill(va: number, store: boolean, named: boolean): 'refused' | 'entered' | 'known' {
    const machine = this.#machine;
    const from = va - (va % PAGE);
    if (named && machine.ring !== 0 && this.#beyondLimit(from)) return 'refused';
    const entry = this.entry(from);
    const needed = PTE.V | PTE.A | (store ? PTE.W | PTE.D : PTE.R) | (machine.ring === 3 ? PTE.U : 0);
    if (entry === undefined || (entry & needed) !== needed || !frameInMemory(entry, machine.memory))
      return 'refused';
    const page = (entry & PTE.FRAME) >>> 12;
    if (store && ((machine.memory.watched[page] as number) & watchedHere) !== 0) return 'refused';
    const index = (flatTable(tableClass(machine.ring, named), store) >>> 2) + (va >>> 12);
    if (this.#words[index] !== 0) return 'known';
    const value = guestMemoryAt + page * PAGE - from - entryBias;
    this.#enter({ index, page, store, value, gone: false });
    return 'entered';
  }

  #enter(entry: Filled): void {
    this.#words[entry.index] = entry.value;
    this.#words[SLOT.ENTRIES >>> 2] = 1;
    if (this.#filled.length >= crowded) this.#forgetGone();
    this.#filled.push(entry);
    if (entry.store) this.#stores?.set(entry.page, [...(this.#stores.get(entry.page) ?? []), entry]);
  }

  #forgetGone(): void {
    if (this.#gone > 0) this.#filled = this.#filled.filter(({ gone }) => !gone);
    this.#gone = 0;
  }

  /** Whether a part of the page at `from` is beyond LIMIT. */
  #beyondLimit(from: number): boolean {
    const limit = this.#machine.readSystem(SR.LIMIT) >>> 0;
    return limit !== 0 && from + PAGE > limit;
  }

  /** The page-table entry of `va` as it is in effect (Machine.tables), if there is one. From now on, the page tables that lead to it are watched. */
  entry(va: number): number | undefined {
    return this.#machine.tables.entry(va, this.#watchTable);
  }

  readonly #watchTable = (page: number): void => {
    if (this.#tables.has(page)) return;
    this.#tables.add(page);
    this.#machine.memory.watch(page, WATCH.TABLE);
  };

  /**
   * Takes all entries out of the tables and returns them. `resume` puts them back when this address space is current
   * again.
   */
  suspend(): readonly Filled[] {
    this.#forgetGone();
    const filled = this.#filled;
    for (const { index } of filled) this.#words[index] = 0;
    this.#words[SLOT.ENTRIES >>> 2] = 0;
    this.#filled = [];
    this.#stores = undefined;
    return filled;
  }

  /**
   * Puts back what `suspend` took out, except stores to pages that are watched by now. No page table may have been
   * written since.
   */
  resume(filled: readonly Filled[]): void {
    const { watched } = this.#machine.memory;
    this.#stores = undefined;
    for (const entry of filled) {
      const { index, page, store, value } = entry;
      if (store && ((watched[page] as number) & watchedHere) !== 0) continue;
      this.#words[index] = value;
      this.#words[SLOT.ENTRIES >>> 2] = 1;
      this.#filled.push(entry);
    }
  }

  /** Forgets all entries, and stops watching page tables, except for the pages that are still `needed`. */
  flush(needed: (page: number) => boolean): void {
    this.suspend();
    for (const page of this.#tables) {
      if (needed(page)) continue;
      this.#machine.memory.unwatch(page, WATCH.TABLE);
      this.#tables.delete(page);
    }
  }

  /** Takes out the stores to a physical page, because it is watched from now on and stores to it must miss. */
  purge(page: number): void {
    const stores = this.#stores ?? this.#index();
    this.#stores = stores;
    for (const entry of stores.get(page) ?? []) {
      this.#words[entry.index] = 0;
      entry.gone = true;
      this.#gone += 1;
    }
    stores.delete(page);
  }

  #index(): Map<number, Filled[]> {
    const stores = new Map<number, Filled[]>();
    for (const entry of this.#filled) {
      if (!entry.store || entry.gone) continue;
      const known = stores.get(entry.page);
      if (known === undefined) stores.set(entry.page, [entry]);
      else known.push(entry);
    }
    return stores;
  }
}
