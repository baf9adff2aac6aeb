/** Which of Popek and Goldberg's theorems hold for this machine? */
import { classify } from '../../../isa/classify/classify.ts';
import { sentences } from '../../../isa/classify/verdicts.ts';
import { allRows } from '../../../isa/table/table.ts';
import { variantRows } from '../../../isa/table/variants.ts';
import type { Kind } from '../exercise.ts';
import { classified } from './sensitive.ts';

/** What the theorems are about: of the others, none can be critical. */
const rows = allRows.filter(({ name }) => variantRows.includes(name));
const choices = [
  'Theorem 1: a trap-and-emulate monitor can be built',
  'Theorem 3: a hybrid monitor can be built',
] as const;

export const theorems: Kind = {
  name: 'theorems',
  unit: 3,
  asks: 'Which theorems hold for this machine?',
  make(random) {
    // `retf` alone is critical without being user-sensitive; some machines are right, and one instruction decides others.
    const unprivileged = random.pick([
      [],
      ['retf'],
      random.sample(variantRows, 1),
      random.sample(variantRows, 2),
      [
        'retf',
        ...random.sample(
          variantRows.filter((name) => name !== 'retf'),
          1,
        ),
      ],
    ]);
    const variant = { name: 'mine', unprivileged: new Set(unprivileged), cpuid: 9 };
    const found = classify(variant, rows);
    const holds = [found.theorem1.holds, found.theorem3.holds];
    return {
      question: [
        `On this machine, these instructions of the system half run outside ring 0 without a trap: ${[...variant.unprivileged].sort().join(', ') || 'none'}.`,
        '',
        'Which of these theorems hold for it?',
      ],
      form: { kind: 'choices', choices },
      answer: choices.filter((_, n) => holds[n]),
      why: sentences(found)
        .filter(({ theorem }) => !theorem.includes('2'))
        .map(({ theorem, holds: yes, says }) => `${theorem}: ${yes ? 'yes' : 'no'}; ${says}`),
      commands: classified(variant),
    };
  },
};
