/** Page tables of exercises: a few pages with random rights, as a table to read and as memory to walk. */
import { Machine } from '../../../isa/machine/machine.ts';
import { PAGE } from '../../../isa/machine/storage.ts';
import { FETCH, LOAD, PTE, STORE } from '../../../isa/machine/translate.ts';
import { SR } from '../../../isa/table/sysregs.ts';
import { CAUSE } from '../../../isa/table/traps.ts';
import type { Random } from '../random.ts';

/** The first page of the exercise: its virtual address. */
export const firstPage = 0x40000000;

/** Assembly of page tables: the first 4 MiB at their own addresses, and at `firstPage` the table whose label is `pages`. */
export const kernelTables: readonly string[] = [
  '        .balign 4096',
  'root:   .word low + 1             # the first 4 MiB: the kernel, where it is',
  `        .space ${(firstPage >>> 22) * 4 - 4}`,
  `        .word pages + 1           # from ${firstPage.toString(16)}`,
  '        .balign 4096',
  'low:    .set frame, 0',
  '        .rept 256',
  '        .word frame + 0x6f',
  '        .set frame, frame + 4096',
  '        .endr',
  '        .balign 4096',
];

/** The virtual address of page `n` of the exercise. */
export const pageAddress = (n: number) => firstPage + n * PAGE;

/** Rights as letters in the order of their bits; a hyphen for each that is missing. */
export function rightsOf(entry: number): string {
  return (['V', 'R', 'W', 'X', 'U', 'A', 'D'] as const)
    .map((name) => ((entry & PTE[name]) === 0 ? '-' : name))
    .join('');
}

/** An entry without its frame. Two of three are what a kernel would write. */
export function someRights(random: Random): number {
  const { V, R, W, X, U } = PTE;
  return random.pick([
    V | R | W | U,
    V | R | U,
    V | R | X | U,
    V | R | W,
    V | X | U,
    R | W | U,
    V | R | W | X | U,
    V | W | U,
  ]);
}

/** One access. */
export interface PageAccess {
  readonly kind: 'fetch' | 'load' | 'store';
  readonly page: number;
}

export function someAccess(random: Random, pages: number): PageAccess {
  return {
    kind: random.pick(['load', 'store', 'load', 'store', 'fetch']),
    page: random.between(0, pages - 1),
  };
}

export const accessText = ({ kind, page }: PageAccess) => `${kind} at ${pageAddress(page).toString(16)}`;

const root = PAGE;
const table = 2 * PAGE;
const frames = 3 * PAGE;

/** A machine with paging on and these entries for the pages of the exercise. */
export function machineWith(entries: readonly number[], ring: number): Machine {
  const machine = new Machine({ memory: 16 * PAGE });
  machine.memory.write(root + 4 * (firstPage >>> 22), 4, table | PTE.V);
  for (const [n, entry] of entries.entries())
    machine.memory.write(table + 4 * n, 4, (frames + n * PAGE) | entry);
  machine.status = ring;
  machine.writeSystem(SR.TVEC, PAGE);
  machine.writeSystem(SR.PTBR, root | 1);
  return machine;
}

/** The entry of a page as it is now. */
export const entryOf = ({ memory }: Machine, page: number) => memory.read(table + 4 * page, 4);

/** Does the access in `ring`. Returns the cause of its fault; undefined if it has none. */
export function access(machine: Machine, { kind, page }: PageAccess, ring: number): number | undefined {
  machine.status = ring;
  let cause: number | undefined;
  machine.onTrap = (found) => {
    cause = found >>> 0;
  };
  const how = { fetch: FETCH, load: LOAD, store: STORE } as const;
  if (machine.locate(pageAddress(page), 4, how[kind], true) < 0) machine.fault(0);
  return cause;
}

/** The cause of a page fault of each kind of access. */
export const faultOf = { fetch: CAUSE.FETCH_PAGE, load: CAUSE.LOAD_PAGE, store: CAUSE.STORE_PAGE } as const;
