/** Which A and D bits are set after these accesses? */
import { PTE } from '../../../isa/machine/translate.ts';
import type { Kind } from '../exercise.ts';
import {
  access,
  accessText,
  entryOf,
  machineWith,
  pageAddress,
  rightsOf,
  someAccess,
  someRights,
} from './pages.ts';

/** The two bits as a word: AD, A or none. */
function bitsOf(entry: number): string {
  return ((entry & PTE.A) === 0 ? '' : 'A') + ((entry & PTE.D) === 0 ? '' : 'D') || 'none';
}

export const accessedDirty: Kind = {
  name: 'accessed-dirty',
  unit: 5,
  asks: 'Which A and D bits are set after these accesses?',
  make(random) {
    const entries = Array.from({ length: 4 }, () => someRights(random));
    const ring = random.pick([1, 3]);
    const accesses = Array.from({ length: 4 }, () => someAccess(random, entries.length));
    const machine = machineWith(entries, ring);
    for (const one of accesses) access(machine, one, ring);
    return {
      question: [
        'Paging is on, and these are the entries of four pages, A and D not set:',
        '',
        ...entries.map((entry, n) => `  ${pageAddress(n).toString(16)}  ${rightsOf(entry)}`),
        '',
        `In ring ${ring}, these accesses of a word are tried, one after the other; those that fault change nothing.`,
        '',
        ...accesses.map((one, n) => `  ${n + 1}. ${accessText(one)}`),
        '',
        'Which of the bits A and D does each entry have in the end (AD, A or none)?',
      ],
      form: { kind: 'parts', parts: entries.map((_, n) => pageAddress(n).toString(16)) },
      answer: entries.map((_, n) => bitsOf(entryOf(machine, n))),
      why: [
        'The access sets the bits that it needs: A for every access, A and D for a store.',
        ...entries.map((_, n) => `  ${pageAddress(n).toString(16)}  ${rightsOf(entryOf(machine, n))}`),
      ],
    };
  },
};
