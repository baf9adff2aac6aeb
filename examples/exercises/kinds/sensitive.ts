/** Which of these are sensitive, privileged, critical, user-sensitive? */
import { classify, type InstructionClass } from '../../../isa/classify/classify.ts';
import { evidenceOf } from '../../../isa/classify/evidence.ts';
import { allRows } from '../../../isa/table/table.ts';
import { type Variant, variantRows } from '../../../isa/table/variants.ts';
import type { Kind } from '../exercise.ts';
import { variantFile } from '../guest.ts';
import type { Random } from '../random.ts';

const system = allRows.filter(({ privilege, feature }) => privilege !== 'none' && feature === undefined);
const user = allRows.filter(({ effect }) => effect.kind !== 'system');

const sets: readonly {
  readonly name: string;
  readonly means: string;
  readonly has: (one: InstructionClass) => boolean;
  /** The kinds of evidence that decide it. */
  readonly evidence: RegExp;
}[] = [
  {
    name: 'sensitive',
    means: 'It changes or shows what a monitor must keep for itself.',
    has: ({ sensitive: why }) => why.length > 0,
    evidence: /^(control|mode|location|state)-sensitive|^innocuous/,
  },
  {
    name: 'privileged',
    means: 'It traps in every ring but ring 0, and not in ring 0.',
    has: ({ privileged }) => privileged,
    evidence: /privileged/,
  },
  {
    name: 'critical',
    means: 'It is sensitive and not privileged.',
    has: ({ critical }) => critical,
    evidence: /privileged|^innocuous/,
  },
  {
    name: 'user-sensitive',
    means: 'It is sensitive when user code executes it (Theorem 3).',
    has: ({ userSensitive }) => userSensitive,
    evidence: /^user-sensitive|^supervisor-sensitive|^innocuous/,
  },
];

/** The evidence that decides whether an instruction is in a set. */
function told(one: InstructionClass, { evidence }: (typeof sets)[number]): string {
  const [what, why] = [...evidenceOf(one)].find(([name]) => evidence.test(name)) ?? ['', ''];
  return `${what}: ${why}`;
}

/** A machine of the teacher's own: some of the instructions that can, do not trap on it. */
export function someVariant(random: Random, most = 4): Variant {
  const unprivileged = random.sample(variantRows, random.between(1, most));
  return { name: 'mine', unprivileged: new Set(unprivileged), cpuid: 9 };
}

/** Commands that show how `variant` is classified. */
export function classified(variant: Variant): readonly string[] {
  return [`echo '${variantFile(variant)}' > mine.json`, 'ringlab classify --isa mine.json --evidence'];
}

export const sensitive: Kind = {
  name: 'sensitive',
  unit: 3,
  asks: 'Which of these instructions are sensitive, or critical?',
  make(random) {
    const variant = someVariant(random);
    const open = random.sample([...variant.unprivileged], 2);
    const closed = random.sample(
      system.filter(({ name }) => !variant.unprivileged.has(name)),
      4,
    );
    const rows = random.shuffle([
      ...allRows.filter(({ name }) => open.includes(name)),
      ...closed,
      random.pick(user),
    ]);
    const { instructions } = classify(variant, rows);
    const set = random.pick(sets);
    return {
      question: [
        `On this machine, only these instructions of the system half run outside ring 0 without a trap: ${[...variant.unprivileged].sort().join(', ')}.`,
        '',
        `Which of these are ${set.name}? ${set.means}`,
      ],
      form: { kind: 'choices', choices: rows.map(({ name }) => name) },
      answer: instructions.filter(set.has).map(({ name }) => name),
      why: instructions.map(
        (one) => `${one.name}: ${set.has(one) ? '' : 'not '}${set.name}. ${told(one, set)}`,
      ),
      commands: classified(variant),
    };
  },
};
