/** Shadow page tables in the monitor's own memory: the first page is the root, the last is kept for the disk. */
import { type Allocation, PTE, type RealMachine } from 'ringlab/testing';

const PAGE = 4096;

export class Shadow {
  readonly root: number;
  readonly #machine: RealMachine;
  readonly #allocation: Allocation;
  readonly #traced = new Set<number>();
  #next: number;

  constructor(machine: RealMachine, allocation: Allocation) {
    this.#machine = machine;
    this.#allocation = allocation;
    this.root = allocation.own.at;
    this.#next = this.root + PAGE;
    this.#clear(this.root);
  }

  #clear(at: number): void {
    for (let n = 0; n < PAGE; n += 4) this.#machine.write(at + n, 4, 0);
  }

  /** Forgets everything derived. */
  flush(): void {
    this.#traced.clear();
    this.#drop();
  }

  #drop(): void {
    if (this.#next === this.root + PAGE) return;
    this.#clear(this.root);
    this.#next = this.root + PAGE;
  }

  isTraced(page: number): boolean {
    return this.#traced.has(page);
  }

  /** From here on no entry lets the guest write these pages. */
  trace(pages: readonly number[]): void {
    if (pages.every((page) => this.#traced.has(page))) return;
    for (const page of pages) this.#traced.add(page);
    this.#drop();
  }

  /** Somebody wrote to a page of the guest's. */
  wrote(page: number): void {
    if (this.#traced.has(page)) this.flush();
  }

  /** Derives the entry for the page of `va` from the guest's. A clean page is not writable yet: the first store sets D. */
  map(va: number, entry: number): void {
    const table = this.#table(va >>> 22);
    const page = (entry & PTE.FRAME) >>> 12;
    const isWritable = (entry & PTE.D) !== 0 && !this.#traced.has(page);
    const rights = entry & (PTE.V | PTE.R | PTE.X | PTE.U | (isWritable ? PTE.W : 0));
    const at = table + ((va >>> 12) & 1023) * 4;
    this.#machine.write(at, 4, (this.#allocation.at + page * PAGE) | rights | PTE.A | PTE.D);
  }

  #table(index: number): number {
    const at = this.root + index * 4;
    const known = this.#machine.read(at, 4);
    if (known !== 0) return (known & PTE.FRAME) >>> 0;
    const { own } = this.#allocation;
    if (this.#next + 2 * PAGE > own.at + own.size) this.#drop();
    const table = this.#next;
    this.#next += PAGE;
    this.#clear(table);
    this.#machine.write(at, 4, table | PTE.V);
    return table;
  }
}
