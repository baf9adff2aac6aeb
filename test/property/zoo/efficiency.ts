/** Mutants that break efficiency alone: every guest is right under them, but innocuous instructions do not run directly. */
import type { Mutant } from './mutant.ts';

const virtualMachine = 'vmm/monitor/virtual-machine.ts';
const dispatcher = 'vmm/monitor/dispatcher.ts';
const shadow = 'vmm/memory/shadow.ts';

const property = 'efficiency';

export const efficiencyMutants: readonly Mutant[] = [
  {
    name: 'everything-emulated',
    bug: 'Everything is interpreted, nothing runs directly.',
    property,
    changes: [
      {
        file: 'vmm/monitor/strategies.ts',
        from: "way: () => 'direct'",
        to: "way: () => 'interpreted'",
      },
    ],
  },
  {
    name: 'single-stepping',
    bug: 'The real timer is set for one step, so there is an exit for each instruction.',
    property,
    changes: [
      {
        file: 'vmm/guest/enter.ts',
        from: 'real.writeSystem(SR.TIMER, steps);',
        to: 'real.writeSystem(SR.TIMER, Math.min(1, steps));',
      },
    ],
  },
  {
    name: 'shadow-flushed-always',
    bug: 'All shadow tables are dropped whenever the guest is entered.',
    property,
    changes: [
      { file: virtualMachine, from: 'ptbr: shadowed ?', to: 'ptbr: (this.#shadow.flush(), shadowed) ?' },
    ],
  },
  {
    name: 'faults-not-repaired',
    bug: 'A hidden fault is not repaired: every access to a page is executed for the guest.',
    property,
    changes: [{ file: dispatcher, from: 'this.#isStuck() ||', to: 'true ||' }],
  },
  {
    name: 'user-bit-lost',
    bug: 'No page of the shadow has U: in ring 3 every instruction faults.',
    property,
    changes: [{ file: shadow, from: '(PTE.V | PTE.R | PTE.X | PTE.U))', to: '(PTE.V | PTE.R | PTE.X))' }],
  },
  {
    name: 'never-writable',
    bug: 'No page of the shadow is writable: each store is executed for the guest.',
    property,
    changes: [
      {
        file: shadow,
        from: 'const writable = (entry & PTE.W)',
        to: 'const writable = false && (entry & PTE.W)',
      },
    ],
  },
  {
    name: 'limit-for-supervisor',
    bug: "The guest's LIMIT is loaded for virtual ring 0 too, where it does not apply: accesses beyond it are executed for the guest.",
    property,
    changes: [
      {
        file: virtualMachine,
        from: 'supervisor ? 0 : cpu.readSystem(SR.LIMIT)',
        to: 'cpu.readSystem(SR.LIMIT)',
      },
    ],
  },
  {
    name: 'bound-halved',
    bug: "The real machine gets half of the guest's R: accesses beyond it are executed for the guest.",
    property,
    changes: [
      {
        file: 'vmm/memory/relocation.ts',
        from: 'Math.max(0, cpu.plainBound)',
        to: 'Math.max(0, cpu.plainBound) >>> 1',
      },
    ],
  },
  {
    name: 'never-chained',
    bug: 'Translation units are not chained: each jump between them is an exit.',
    property,
    strategy: 'binary-translation',
    changes: [
      {
        file: 'vmm/translator/translator.ts',
        from: 'if (link.to === undefined) this.#chain(link, at);',
        to: '',
      },
    ],
  },
  {
    name: 'translation-forgotten',
    bug: 'A translation is made again each time that the guest comes to it by an exit.',
    property,
    strategy: 'binary-translation',
    changes: [
      {
        file: 'vmm/translator/translator.ts',
        from: 'const at = this.context().addresses.get(pc) ??',
        to: 'if (this.context().addresses.has(pc)) this.flush(); const at =',
      },
    ],
  },
];
