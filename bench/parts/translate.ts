/** Virtual to physical addresses, as the interpreter finds them: paging off, and on through two levels. */
import { Machine } from '../../isa/machine/machine.ts';
import { PAGE } from '../../isa/machine/storage.ts';
import { LOAD, PTE, STORE } from '../../isa/machine/translate.ts';
import { SR } from '../../isa/table/sysregs.ts';
import type { Case, Part } from './part.ts';

const pages = 1024;
const rights = PTE.V | PTE.R | PTE.W | PTE.U;

/** 4 MiB mapped to themselves; the tables are in the two last pages. */
function pagedMachine(): Machine {
  const machine = new Machine({ memory: pages * PAGE });
  const root = (pages - 1) * PAGE;
  const leaves = (pages - 2) * PAGE;
  machine.memory.write(root, 4, leaves | PTE.V);
  for (let page = 0; page < pages; page++) machine.memory.write(leaves + 4 * page, 4, (page * PAGE) | rights);
  machine.writeSystem(SR.PTBR, root | 1);
  return machine;
}

/** One word of every page, which is as many walks. */
function touchAll(machine: Machine, access: typeof LOAD | typeof STORE): number {
  let sum = 0;
  for (let va = 0; va < pages * PAGE; va += PAGE) sum ^= machine.locate(va, 4, access, true);
  return sum;
}

function translateCases(): readonly Case[] {
  const off = new Machine({ memory: pages * PAGE });
  const on = pagedMachine();
  const all = { unit: 'accesses', count: pages };
  return [
    { name: 'paging off', ...all, call: () => touchAll(off, LOAD) },
    { name: 'paging on, loads', ...all, call: () => touchAll(on, LOAD) },
    { name: 'paging on, stores', ...all, call: () => touchAll(on, STORE) },
  ];
}

export const translatePart: Part = { name: 'translate', cases: translateCases };
