/** Which faults does this sequence of accesses take? */
import { causeName } from '../../../isa/table/traps.ts';
import type { Kind } from '../exercise.ts';
import { access, accessText, machineWith, pageAddress, rightsOf, someAccess, someRights } from './pages.ts';

export const pageFaults: Kind = {
  name: 'page-faults',
  unit: 5,
  asks: 'Which faults does this sequence of accesses take?',
  make(random) {
    const entries = Array.from({ length: 4 }, () => someRights(random));
    const ring = random.pick([1, 3, 3]);
    const accesses = Array.from({ length: 5 }, () => someAccess(random, entries.length));
    const machine = machineWith(entries, ring);
    const faults = accesses.map((one) => access(machine, one, ring));
    return {
      question: [
        'Paging is on, and these are the entries of four pages:',
        '',
        ...entries.map((entry, n) => `  ${pageAddress(n).toString(16)}  ${rightsOf(entry)}`),
        '',
        `In ring ${ring}, these accesses of a word are tried, one after the other. No entry is repaired. For each: the cause of its fault in decimal, or none.`,
        '',
        ...accesses.map((one, n) => `  ${n + 1}. ${accessText(one)}`),
      ],
      form: { kind: 'parts', parts: accesses.map(accessText) },
      answer: faults.map((cause) => (cause === undefined ? 'none' : String(cause))),
      why: [
        'A load needs R, a store W, a fetch X, and all of them V; ring 3 needs U as well, and rings 0 to 2 ignore U.',
        ...faults.map((cause, n) => `${n + 1}. ${cause === undefined ? 'no fault' : causeName(cause)}`),
      ],
    };
  },
};
