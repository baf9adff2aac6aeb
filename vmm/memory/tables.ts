/**
 * Page tables as data: those of a guest and, under a monitor, their shadow beside them; and an address followed through
 * both. Nothing here changes the guest or the monitor: no A or D is set, no shadow is made, no access is counted.
 */
import type { Machine } from '../../isa/machine/machine.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import { frameInMemory, PTE } from '../../isa/machine/translate.ts';
import { SR } from '../../isa/table/sysregs.ts';
import { REGION } from '../guest/compression.ts';
import { composeRelocation } from './relocation.ts';
import type { ShadowTables, TracedPage } from './shadow.ts';

/** What a monitor has for a guest: the real machine, where in its memory the guest's is, and the shadow. */
export interface HostSide {
  readonly real: Machine;
  readonly at: number;
  readonly shadow: ShadowTables;
}

/** A guest to look at: its own machine, and the monitor's side of it if there is a monitor. */
export interface Inspected {
  readonly machine: Machine;
  readonly host: HostSide | undefined;
}

// ---- An address followed ----

/** A page-table entry that a walk met: its level, its physical address and its value, unsigned. */
export interface MetEntry {
  readonly level: 1 | 2;
  readonly at: number;
  readonly value: number;
}

/** How a walk ended: at an address, or why at none. */
export type WalkEnd = 'mapped' | 'no table' | 'not valid' | 'outside memory' | 'outside R' | 'no shadow';

/** A walk through page tables, or through R while paging is off. */
export interface Walk {
  readonly entries: readonly MetEntry[];
  readonly end: WalkEnd;
  /** The address that it came to; undefined unless it is mapped. */
  readonly physical: number | undefined;
}

/** R: base and bound in bytes, unsigned. */
export interface BaseAndBound {
  readonly base: number;
  readonly bound: number;
}

/** Where an address of the guest leads. */
export interface Followed {
  readonly va: number;
  readonly paging: boolean;
  /** R and LIMIT of the guest. LIMIT 0: there is none. */
  readonly relocation: BaseAndBound;
  readonly limit: number;
  /** From guest virtual to guest physical. */
  readonly guest: Walk;
  readonly host:
    | {
        /** Where the guest's memory is in the real one. */
        readonly at: number;
        /** The guest physical address in real memory; undefined when there is none. */
        readonly physical: number | undefined;
        /** What the real machine walks instead; undefined while R alone relocates the guest. */
        readonly shadow: Walk | undefined;
        /** The guest's R composed with the place of its memory: the real R while there is no shadow. */
        readonly relocation: BaseAndBound;
      }
    | undefined;
}

/** Follows virtual address `va` (unsigned) of the guest, whatever the rights. */
export function followAddress({ machine, host }: Inspected, va: number): Followed {
  const guest = machine.paging ? walk(machine, machine.readSystem(SR.PTBR), va) : relocate(machine, va);
  return {
    va,
    paging: machine.paging,
    relocation: relocationOf(machine),
    limit: machine.readSystem(SR.LIMIT) >>> 0,
    guest,
    host: host && {
      at: host.at,
      physical: guest.physical === undefined ? undefined : host.at + guest.physical,
      shadow: walkShadow(host, va),
      relocation: composeRelocation(machine, host.at),
    },
  };
}

function relocationOf(machine: Machine): BaseAndBound {
  return { base: machine.readSystem(SR.RBASE) >>> 0, bound: machine.readSystem(SR.RBOUND) >>> 0 };
}

function relocate(machine: Machine, va: number): Walk {
  if (va >= machine.plainBound) return { entries: [], end: 'outside R', physical: undefined };
  return { entries: [], end: 'mapped', physical: machine.base + va };
}

function walkShadow({ real, shadow }: HostSide, va: number): Walk | undefined {
  const { known } = shadow;
  if (known !== undefined) return walk(real, known.root, va);
  return shadow.covers ? { entries: [], end: 'no shadow', physical: undefined } : undefined;
}

function walk({ memory }: Machine, ptbr: number, va: number): Walk {
  const entries: MetEntry[] = [];
  const end = (why: WalkEnd): Walk => ({ entries, end: why, physical: undefined });
  const meet = (level: 1 | 2, table: number, index: number): number | undefined => {
    const at = ((table & PTE.FRAME) >>> 0) + 4 * index;
    const value = memory.words[at >>> 2];
    if (value !== undefined) entries.push({ level, at, value: value >>> 0 });
    return value;
  };
  const pointer = meet(1, ptbr, va >>> 22);
  if (pointer === undefined) return end('outside memory');
  if (!isPointer(pointer)) return end('no table');
  const entry = meet(2, pointer, (va >>> 12) & 1023);
  if (entry === undefined) return end('outside memory');
  if ((entry & PTE.V) === 0) return end('not valid');
  if (!frameInMemory(entry, memory)) return end('outside memory');
  return { entries, end: 'mapped', physical: ((entry & PTE.FRAME) >>> 0) + (va % PAGE) };
}

function isPointer(entry: number): boolean {
  return (entry & (PTE.V | PTE.R | PTE.W | PTE.X)) === PTE.V;
}

// ---- Tables side by side ----

/**
 * What the shadow has of a page. derived: what the guest has. traced: less, for a write has to come to the monitor.
 * clean: less, for the first write has to set D. behind: less, for it was traced or clean when it was derived. missing:
 * nothing, until an access. own: the monitor's page. compressed: nothing ever, for the address is the monitor's. bare:
 * there is no monitor.
 */
export type ShadowState =
  | 'derived'
  | 'traced'
  | 'clean'
  | 'behind'
  | 'missing'
  | 'own'
  | 'compressed'
  | 'bare';

/** Pages one after the other that are mapped alike: to frames one after the other, with the same rights. */
export interface PageRun {
  /** The first page's virtual address, and how many there are. */
  readonly va: number;
  readonly pages: number;
  /** The first page's entries, unsigned; undefined where there is none that is valid. */
  readonly guest: number | undefined;
  readonly shadow: number | undefined;
  readonly state: ShadowState;
}

/** The pages of one second-level table, 4 MiB of addresses. */
export interface TableView {
  /** Its index in the first level. */
  readonly index: number;
  /** Physical addresses of the guest's table and of the shadow's, each in its own memory; undefined where there is none. */
  readonly guest: number | undefined;
  readonly shadow: number | undefined;
  readonly runs: readonly PageRun[];
}

/** All tables of the guest's present address space. */
export interface TablesView {
  readonly paging: boolean;
  /** Physical addresses of the root tables; undefined where there is none. */
  readonly root: number | undefined;
  readonly shadowRoot: number | undefined;
  readonly tables: readonly TableView[];
  readonly traced: readonly TracedPage[];
}

/** The guest's page tables and their shadow, as they are now. */
export function viewTables({ machine, host }: Inspected): TablesView {
  const root = machine.paging ? (machine.readSystem(SR.PTBR) & PTE.FRAME) >>> 0 : undefined;
  const shadowRoot = host?.shadow.known?.root;
  const traced = [...(host?.shadow.traced() ?? [])];
  const reader = new TablesReader({ machine, host }, new Set(traced.map(({ page }) => page)));
  const indexes = Array.from({ length: 1024 }, (_, index) => index);
  const tables = indexes.flatMap((index) => reader.table(index, root, shadowRoot));
  return { paging: machine.paging, root, shadowRoot, tables, traced };
}

/** Reads the tables of one address space. */
class TablesReader {
  readonly #inspected: Inspected;
  readonly #traced: ReadonlySet<number>;

  constructor(inspected: Inspected, traced: ReadonlySet<number>) {
    this.#inspected = inspected;
    this.#traced = traced;
  }

  /** The table with `index`, in a list; none if neither side has it. */
  table(index: number, root: number | undefined, shadowRoot: number | undefined): TableView[] {
    const { machine, host } = this.#inspected;
    const guest = tableAt(machine, root, index);
    const shadow = host && tableAt(host.real, shadowRoot, index);
    if (guest === undefined && shadow === undefined) return [];
    const runs: Run[] = [];
    for (let n = 0; n < 1024; n++) {
      const entry = entryAt(machine, guest, n);
      const derived = host && entryAt(host.real, shadow, n);
      if (entry === undefined && derived === undefined) continue;
      const va = index * 2 ** 22 + n * PAGE;
      const page = { va, guest: entry, shadow: derived, state: this.#state(va, entry, derived) };
      const last = runs.at(-1);
      if (last !== undefined && goesOn(last, page)) last.pages += 1;
      else runs.push({ ...page, pages: 1 });
    }
    return [{ index, guest, shadow, runs }];
  }

  #state(va: number, guest: number | undefined, shadow: number | undefined): ShadowState {
    const { host } = this.#inspected;
    if (host === undefined) return 'bare';
    if (va >= REGION) return guest === undefined ? 'own' : 'compressed';
    if (shadow === undefined) return 'missing';
    if ((shadow & PTE.W) !== 0 || (guest !== undefined && (guest & PTE.W) === 0)) return 'derived';
    const page = (((shadow & PTE.FRAME) >>> 0) - host.at) / PAGE;
    if (this.#traced.has(page)) return 'traced';
    return guest !== undefined && (guest & PTE.D) === 0 ? 'clean' : 'behind';
  }
}

type Run = PageRun & { pages: number };

/** Whether the page is like those of the run, and next to them. */
function goesOn(run: Run, page: Omit<PageRun, 'pages'>): boolean {
  const next = (first: number | undefined, entry: number | undefined) =>
    first === undefined ? entry === undefined : first + run.pages * PAGE === entry;
  return (
    run.state === page.state &&
    run.va + run.pages * PAGE === page.va &&
    next(run.guest, page.guest) &&
    next(run.shadow, page.shadow)
  );
}

/** The second-level table that entry `index` of the table at `root` points to. */
function tableAt({ memory }: Machine, root: number | undefined, index: number): number | undefined {
  const pointer = root === undefined ? undefined : memory.words[(root >>> 2) + index];
  return pointer !== undefined && isPointer(pointer) ? (pointer & PTE.FRAME) >>> 0 : undefined;
}

/** The valid entry `index` of the table at `table`, unsigned. */
function entryAt({ memory }: Machine, table: number | undefined, index: number): number | undefined {
  const entry = table === undefined ? undefined : memory.words[(table >>> 2) + index];
  return entry !== undefined && (entry & PTE.V) !== 0 ? entry >>> 0 : undefined;
}
