/** What `ringlab help TOPIC` tells: what several verbs share. */
import { variants } from '../../isa/table/variants.ts';
import { strategies } from '../../vmm/monitor/strategies.ts';
import { STATUS_MEANING } from '../statuses.ts';
import type { Item } from './page.ts';
import { formatList, wrap } from './text.ts';

/** What is said of a built-in variant. */
const variantTexts: Readonly<Record<string, string>> = {
  'ring32-v': 'Every sensitive instruction traps outside ring 0: Theorem 1 holds.',
  'ring32-x':
    'No instruction whose privilege depends on the variant traps, as on the x86 before 2005: Theorem 1 does not hold.',
  'ring32-h': 'Only `retf` does not trap, like JRST 1 of the PDP-10: Theorem 3 holds, Theorem 1 does not.',
};

/** What is said of a way to run a guest. */
const strategyTexts: Readonly<Record<string, string>> = {
  'trap-and-emulate':
    "Run the guest's supervisor code directly, in ring 1; right if every sensitive instruction traps (Theorem 1).",
  hybrid: "Interpret the guest's ring 0, run its other rings directly (Theorem 3).",
  interpret: 'Interpret all code: a complete software machine.',
  hardware:
    'Run all code in guest mode of a machine that has it, with shadow page tables: hardware assistance, as on the x86 since 2005.',
  'hardware-nested': 'The same with a nested map, which the machine walks itself.',
  'binary-translation':
    'Translate supervisor code, with --translate-user all code, and run the translation directly.',
};

export interface Topic {
  /** One line that says what it is about. */
  readonly summary: string;
  readonly text: () => string;
}

const plain = (heading: string) => heading;

/** Names with what is said of each. */
function list(heading: string, names: readonly string[], texts: Readonly<Record<string, string>>): string {
  return formatList(
    { heading, items: names.map((term): Item => ({ term, text: texts[term] ?? '' })) },
    plain,
  );
}

function paragraphs(...texts: readonly string[]): string {
  return `${texts.join('\n\n')}\n`;
}

const inOrder = (statuses: readonly string[]) =>
  statuses.toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));

export const topics = {
  'exit-statuses': {
    summary: 'what each exit status means',
    text: () =>
      paragraphs(
        list('Exit statuses:', inOrder(Object.keys(STATUS_MEANING)), STATUS_MEANING),
        wrap(
          "`ringlab run` exits with the guest's own status: the low byte of what a machine wrote to its power port, or of what a process gave to `exit`.",
        ),
      ),
  },
  variants: {
    summary: 'the variants of Ring32, for --isa',
    text: () =>
      paragraphs(
        wrap('A variant says which sensitive instructions trap outside ring 0. Choose one with --isa:'),
        list(
          'Variants:',
          variants.map(({ name }) => name),
          variantTexts,
        ),
        wrap(
          'A variant of your own is a file, given as --isa mine.json. Only the instructions that it lists do not trap:',
        ),
        '  { "name": "mine", "unprivileged": ["getf"] }',
        wrap(
          '`ringlab classify --isa mine.json` says what follows from it, and `ringlab new variant FOLDER` starts one.',
        ),
      ),
  },
  strategies: {
    summary: 'the monitors, for --monitor and --with',
    text: () =>
      paragraphs(
        wrap(
          'A strategy is a way of running the code of a guest. Choose a monitor by its strategy, with --monitor:',
        ),
        list('Strategies:', ['none', ...strategies.map(({ name }) => name)], {
          none: 'No monitor: the bare machine.',
          ...strategyTexts,
        }),
        wrap(
          'A stack like hybrid/trap-and-emulate is a monitor that runs under another; the outermost comes first.',
        ),
        wrap('`ringlab compare FILE --with a,b` compares them with the bare machine, step by step.'),
      ),
  },
  images: {
    summary: 'what FILE can be',
    text: () =>
      paragraphs(
        wrap(
          'FILE is assembly text in the syntax of GNU as, or an ELF file of any toolchain for RISC-V (ELF32, RV32IM, static: -march=rv32im -mabi=ilp32 -static). The contents decide, not the name.',
        ),
        list('A guest is one of two kinds:', ['a machine', 'a process'], {
          'a machine':
            'It begins in ring 0 with everything that the hardware has: ports, traps, page tables.',
          'a process':
            'With --process: it has the user instructions and the system calls of Linux, or those of a simulator with --environment. Other words of the command line are its arguments.',
        }),
        wrap('It begins at _start, or at its first instruction. `ringlab disasm FILE` prints what is in it.'),
      ),
  },
} as const satisfies Readonly<Record<string, Topic>>;

export type TopicName = keyof typeof topics;

export function topicNamed(name: string): Topic | undefined {
  return Object.hasOwn(topics, name) ? topics[name as TopicName] : undefined;
}
