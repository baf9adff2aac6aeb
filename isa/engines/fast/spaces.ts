/**
 * Address spaces, that is, states of translation. Each has its own entries of the flat tables, which are taken out and
 * saved while another address space is current. After a write to a page table, all known address spaces are forgotten.
 */
import type { Machine } from '../../machine/machine.ts';
import { PAGE } from '../../machine/storage.ts';
import { SR } from '../../table/sysregs.ts';
import type { AddressMode } from './access.ts';
import type { Spans } from './spans.ts';
import type { Filled, FlatTables } from './tables.ts';

interface Space {
  /** What decides it: the tables that are walked (Machine.tables), or R with paging off; and LIMIT. */
  readonly paging: boolean;
  readonly root: string | number;
  readonly bound: number;
  readonly limit: number;
  /** Identifies the state: a region that was checked under this stamp is not checked again. */
  readonly stamp: number;
  /** Its entries of the flat tables while it is not current. */
  filled: readonly Filled[];
}

/** Most address spaces remembered. */
const most = 16;

export class Spaces {
  readonly #machine: Machine;
  readonly #tables: FlatTables;
  readonly #spans: Spans;
  /** The machine's count of changes to translation at the last update; -1 = never updated. */
  #translation = -1;
  /** Counts the states of translation. */
  #stamps = 0;
  /** Address spaces seen since the last write to a page table. */
  readonly #known: Space[] = [];
  /** The current one. */
  #present: Space = { paging: false, root: 0, bound: 0, limit: 0, stamp: 0, filled: [] };
  #addressing: AddressMode | undefined;
  /** What tells the guest mode that code is compiled for; undefined = there is none yet. */
  #mode: string | undefined;
  readonly #onMode: () => void;

  /** `onMode` is called when everything that was compiled is wrong. */
  constructor(machine: Machine, tables: FlatTables, spans: Spans, onMode: () => void) {
    this.#onMode = onMode;
    this.#machine = machine;
    this.#tables = tables;
    this.#spans = spans;
  }

  /** The stamp of the current state. */
  get stamp(): number {
    return this.#present.stamp;
  }

  /** How regions reach memory in it; undefined = no region can run in it. */
  get addressing(): AddressMode | undefined {
    return this.#addressing;
  }

  /** Whether the machine's state has not changed since the last update. */
  get isCurrent(): boolean {
    return this.#machine.translation === this.#translation;
  }

  /** Makes the machine's state the current one, after PTBR, R or LIMIT changed or `forget` was called. */
  update(): void {
    const machine = this.#machine;
    this.#translation = machine.translation;
    const now = this.#now();
    // A monitor changes the state and changes it back: its entries are in the tables still.
    if (now !== this.#present) {
      this.#present.filled = this.#tables.suspend();
      this.#present = now;
      this.#tables.resume(now.filled);
    }
    this.#changeMode();
    if (machine.paging) this.#addressing = machine.tables.isByPage ? 'paged' : undefined;
    else if (machine.base % PAGE !== 0) this.#addressing = undefined;
    else this.#addressing = isWhole(machine) ? 'direct' : 'relocated';
  }

  /** Which instructions exit is compiled in: after another guest mode than before, nothing compiled is right. */
  #changeMode(): void {
    const mode = this.#machine.guest?.moves ?? 'host';
    if (mode !== this.#mode && this.#mode !== undefined) this.#onMode();
    this.#mode = mode;
  }

  /** Forgets all address spaces and translations, because a page table was written. */
  forget(): void {
    this.#tables.flush((page) => this.#spans.needs(page));
    this.#known.length = 0;
    this.#translation = -1;
  }

  /** The address space that the machine is in now: a known one, or a new one. */
  #now(): Space {
    const machine = this.#machine;
    const { paging } = machine;
    const limit = machine.readSystem(SR.LIMIT);
    const root = paging ? machine.tables.tables : machine.base;
    const bound = paging ? 0 : machine.plainBound;
    for (const space of this.#known)
      if (space.root === root && space.bound === bound && space.limit === limit && space.paging === paging)
        return space;
    if (this.#known.length >= most) this.#known.length = 0;
    this.#stamps += 1;
    const space = { paging, root, bound, limit, stamp: this.#stamps, filled: [] };
    this.#known.push(space);
    return space;
  }
}

/** Whether every ring can access all of memory, at its physical addresses. */
function isWhole(machine: Machine): boolean {
  const { base, plainBound, memory } = machine;
  return base === 0 && plainBound === memory.size && machine.readSystem(SR.LIMIT) === 0;
}
