/**
 * Maps: the ways in which R or the page tables can place the same memory contents. An address
 * that two maps of this list both map has the same contents in both. The maps differ in the
 * physical addresses, in paging on or off, and in the rights of the page DATA, as the shadow
 * page tables of a monitor differ from the page tables of its guest.
 */
import { PAGE } from '../machine/storage.ts';
import { PTE } from '../machine/translate.ts';
import { SR } from '../table/sysregs.ts';
import type { Specimen } from './specimen.ts';
import { DATA, SECOND, TABLES, WINDOW } from './world.ts';

export interface MemoryMap {
  readonly says: string;
  /** Makes this the machine's map. */
  readonly apply: (machine: Specimen) => void;
  /** Assembly that does the same in a witness program. The routines that it calls are in program-frame.ts. */
  readonly program: readonly string[];
}

const all = PTE.V | PTE.R | PTE.W | PTE.X | PTE.U;

/** R = (base, WINDOW), paging off. */
function relocated(says: string, base: number, program: readonly string[]): MemoryMap {
  const apply = (machine: Specimen) => {
    machine.writeSystem(SR.PTBR, 0);
    machine.writeSystem(SR.RBASE, base);
    machine.writeSystem(SR.RBOUND, WINDOW);
  };
  return { says, apply, program };
}

/**
 * Paging on, with page tables number `n`: page DATA is at `frame` with `rights`, and the other pages are where they
 * were.
 */
function paged(n: number, says: string, rights: number, frame: number = DATA): MemoryMap {
  const root = TABLES + 2 * n * PAGE;
  const apply = (machine: Specimen) => {
    fillTables(machine, root, rights, frame);
    machine.writeSystem(SR.RBASE, 0);
    machine.writeSystem(SR.RBOUND, WINDOW);
    machine.writeSystem(SR.PTBR, root | 1);
  };
  const program = [
    `la   a0, ${frame === DATA ? 'data' : 'data_2'}`,
    `li   a1, ${rights}${' '.repeat(21 - String(rights).length)}# ${rightsText(rights)}`,
    `la   a2, ${frame === DATA ? 'root' : 'root_2'}`,
    'call page_tables',
  ];
  return { says, apply, program };
}

function fillTables(machine: Specimen, root: number, rights: number, frame: number): void {
  const { words } = machine.memory;
  words[root >>> 2] = (root + PAGE) | PTE.V;
  for (let page = 0; page < WINDOW; page += PAGE) {
    const entry = page === DATA ? frame | rights : page | all;
    words[(root + PAGE + (page >>> 10)) >>> 2] = entry;
  }
}

function rightsText(rights: number): string {
  const letters = [...'VRWXU'].filter((_, n) => (rights & (1 << n)) !== 0).join(' ');
  return letters === '' ? 'not mapped' : letters;
}

/** The maps, the simplest first. The first one is the default. */
export const maps: readonly MemoryMap[] = [
  relocated('paging off, R = (0, bound)', 0, ['li   t2, BOUND', 'lrel zero, t2']),
  relocated('paging off, R = (base, bound), the program moved there', SECOND, ['call move']),
  paged(0, 'paging on, every page where it was', all),
  paged(1, 'paging on, the data page in another frame', all, DATA + SECOND),
  paged(2, 'paging on, the data page read-only', all & ~PTE.W),
  paged(3, 'paging on, the data page not mapped', 0),
  paged(4, 'paging on, the data page without U', all & ~PTE.U),
];
