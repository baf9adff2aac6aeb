/**
 * Address spaces: states of translation, each with its entries in the flat tables, which are put away while another
 * one is the present one. A write to a page table ends all that are known.
 */
import type { Machine } from '../../machine/machine.ts';
import { PAGE } from '../../machine/storage.ts';
import { SR } from '../../table/sysregs.ts';
import type { AddressMode } from './access.ts';
import type { Spans } from './spans.ts';
import type { Filled, FlatTables } from './tables.ts';

interface Space {
  /** A region checked in this state need not be checked in it again. */
  readonly stamp: number;
  /** Its entries in the flat tables while it is not the present one. */
  filled: readonly Filled[];
}

/** Most address spaces remembered. */
const most = 16;

export class Spaces {
  readonly #machine: Machine;
  readonly #tables: FlatTables;
  readonly #spans: Spans;
  /** Translation as we last knew it; -1 = never. */
  #translation = -1;
  /** Counts the states of translation. */
  #stamps = 0;
  /** Address spaces seen since a page table was last written, by what makes them; and the present one. */
  readonly #known = new Map<string | number, Space>();
  #present: Space = { stamp: 0, filled: [] };
  #addressing: AddressMode | undefined;

  constructor(machine: Machine, tables: FlatTables, spans: Spans) {
    this.#machine = machine;
    this.#tables = tables;
    this.#spans = spans;
  }

  /** What the present state is told by. */
  get stamp(): number {
    return this.#present.stamp;
  }

  /** How regions reach memory in it; undefined = not at all. */
  get addressing(): AddressMode | undefined {
    return this.#addressing;
  }

  /** Whether the present state is the machine's. */
  get isCurrent(): boolean {
    return this.#machine.translation === this.#translation;
  }

  /** PTBR, R or LIMIT changed, or nothing is known any more: goes over to the machine's state. */
  update(): void {
    const machine = this.#machine;
    this.#translation = machine.translation;
    this.#present.filled = this.#tables.suspend();
    this.#present = this.#now();
    this.#tables.resume(this.#present.filled);
    if (machine.paging) this.#addressing = 'paged';
    else if (machine.base % PAGE !== 0) this.#addressing = undefined;
    else this.#addressing = isWhole(machine) ? 'direct' : 'relocated';
  }

  /** A page table was written: no translation is known to hold. */
  forget(): void {
    this.#tables.flush((page) => this.#spans.needs(page));
    this.#known.clear();
    this.#translation = -1;
  }

  /** The address space that the machine is in now: a known one, or a new one. */
  #now(): Space {
    const machine = this.#machine;
    const limit = machine.readSystem(SR.LIMIT);
    const where = machine.paging ? machine.readSystem(SR.PTBR) : `${machine.base}+${machine.plainBound}`;
    const key = limit === 0 ? where : `${where} ${limit}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= most) this.#known.clear();
    this.#stamps += 1;
    const space = { stamp: this.#stamps, filled: [] };
    this.#known.set(key, space);
    return space;
  }
}

/** Whether all of memory, and nothing else, can be reached, in every ring. */
function isWhole(machine: Machine): boolean {
  const { base, plainBound, memory } = machine;
  return base === 0 && plainBound === memory.size && machine.readSystem(SR.LIMIT) === 0;
}
