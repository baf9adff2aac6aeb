/** Mutants of what only a stack of monitors needs. They break equivalence. */
import type { Mutant } from './mutant.ts';

const stack = 'vmm/monitor/stack.ts';
const monitor = 'vmm/monitor/monitor.ts';

const common = { property: 'equivalence', strategy: 'trap-and-emulate/trap-and-emulate' } as const;

export const stackMutants: readonly Mutant[] = [
  {
    ...common,
    name: 'outer-guest-not-current',
    bug: 'The outer monitor does not make its guest current before the inner one uses its registers.',
    changes: [{ file: monitor, from: 'this.#underneath?.makeCurrent();', to: '' }],
  },
  {
    ...common,
    name: 'inner-monitor-skipped',
    bug: 'The inner monitor runs directly on the real machine, in the memory of another guest of the outer one.',
    changes: [{ file: stack, from: 'real: guest.cpu,', to: 'real: monitor.real,' }],
  },
  {
    ...common,
    name: 'not-hosted',
    bug: 'A trap does not stop the machine that the inner monitor runs on.',
    changes: [{ file: monitor, from: '        hosted,\n', to: '' }],
  },
  {
    ...common,
    name: 'level-too-small',
    bug: "The outer monitor's guest has the inner guest's memory only: the inner monitor's own memory is not in it.",
    changes: [
      {
        file: stack,
        from: 'const { memory } = allocatorOf(levelsOf(options)[0] as MonitorOptions);',
        to: 'const { memory } = options.guests[0] as GuestDescription;',
      },
    ],
  },
];
