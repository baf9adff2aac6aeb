/** Mutants of hardware assistance: what is easily forgotten in a control block, and in the maps that it names. */
import type { Mutant } from './mutant.ts';

const file = 'vmm/monitor/hardware.ts';

const nested = { property: 'equivalence', strategy: 'hardware-nested', variant: 'ring32-x' } as const;
const shadow = { property: 'equivalence', strategy: 'hardware', variant: 'ring32-x' } as const;

const passed = { ...nested, features: ['virtual-timer', 'ports', 'iommu'] } as const;
const passedDisk = 'vmm/devices/passed-disk.ts';

export const hardwareMutants: readonly Mutant[] = [
  {
    ...nested,
    name: 'nested-map-too-wide',
    bug: 'The nested map has a page more than the guest has memory.',
    property: 'resourceControl',
    changes: [
      { file, from: 'allocation.size / PAGE;', to: 'allocation.size / PAGE + 1;' },
      { file, from: 'cpu.memory.has(page * PAGE, PAGE) ? mapped : 0', to: 'mapped' },
    ],
  },
  {
    ...nested,
    name: 'nested-map-elsewhere',
    bug: "The nested map begins a page before the guest's memory.",
    property: 'resourceControl',
    changes: [{ file, from: '(allocation.at + page * PAGE)', to: '(allocation.at + (page - 1) * PAGE)' }],
  },
  {
    ...nested,
    name: 'intercept-off-by-one',
    bug: 'The intercepts of instructions are one bit too far: the instruction after each exits in its place.',
    changes: [
      {
        file,
        from: 'interceptOf(instructionOf(row, row.picture.match)).number',
        to: 'interceptOf(instructionOf(row, row.picture.match)).number + 1',
      },
    ],
  },
  {
    ...nested,
    name: 'time-offset-off',
    bug: "The guest's TIME does not count out the step in which guest mode is entered.",
    changes: [
      { file, from: 'const ahead = cpu.steps - real.after', to: 'const ahead = cpu.steps - real.steps' },
    ],
  },
  {
    ...nested,
    name: 'window-not-asked-for',
    bug: 'An interrupt that waits until IF is 1 is delivered at the next exit, whenever that is.',
    changes: [{ file, from: 'pending !== 0 && !this.#virtual ? CONTROL.WINDOW : 0', to: '0' }],
  },
  {
    ...nested,
    name: 'block-reused',
    bug: "The control block is entered again with the guest's STATUS of the exit before, whatever the monitor has done since.",
    changes: [{ file, from: 'this.#write(BLOCK.GUEST + SAVED.STATUS, cpu.status);', to: '' }],
  },
  {
    ...nested,
    name: 'saved-trap-lost',
    bug: 'EVAL is not read back from the control block.',
    changes: [
      {
        file,
        from: 'if (mask !== undefined && number !== SR.TIMER) cpu',
        to: 'if (mask !== undefined && number !== SR.TIMER && number !== SR.EVAL) cpu',
      },
    ],
  },
  {
    ...nested,
    name: 'timer-shown',
    bug: "A read of TIMER does not exit: the guest reads the monitor's timer.",
    changes: [{ file, from: '[SR.TIMER, SR.IPEND]', to: '[SR.IPEND]' }],
  },
  {
    ...nested,
    name: 'ports-read-directly',
    bug: 'A read of a port does not exit: the guest reads the real devices.',
    changes: [{ file, from: 'row.port !== undefined ||', to: "row.port === 'output' ||" }],
  },
  {
    ...shadow,
    name: 'root-written-unseen',
    bug: 'A write of PTBR does not exit: the guest goes on with the shadow of its address space before.',
    changes: [{ file, from: '[...timing, SR.PTBR]', to: 'timing' }],
  },
  {
    ...shadow,
    name: 'shadow-shown',
    bug: 'Instructions that look at the page tables do not exit: they show the shadow.',
    changes: [{ file, from: '[...rows, ...lookAtTables]', to: 'rows' }],
  },
  {
    ...shadow,
    name: 'hidden-fault-shown',
    bug: 'A store page fault does not exit: the guest sees hidden faults.',
    changes: [{ file, from: 'bitsOf(pageFault)', to: 'bitsOf(pageFault.slice(0, -1))' }],
  },
  {
    ...passed,
    name: 'iommu-left-off',
    bug: 'The guest is given the disk, and the map of the IOMMU is not turned on: its addresses are physical ones.',
    property: 'resourceControl',
    changes: [{ file: passedDisk, from: 'this.#map | PTE.V', to: 'this.#map' }],
  },
  {
    ...passed,
    strategy: 'hardware',
    name: 'iommu-map-too-wide',
    bug: 'The map of the IOMMU, which under shadow page tables is for devices alone, has a page more than the guest has memory.',
    property: 'resourceControl',
    changes: [
      { file, from: 'allocation.size / PAGE;', to: 'allocation.size / PAGE + 1;' },
      { file, from: 'cpu.memory.has(page * PAGE, PAGE) ? mapped : 0', to: 'mapped' },
    ],
  },
  {
    ...passed,
    strategy: 'hardware',
    name: 'iommu-has-the-shadow',
    bug: "The IOMMU is given the root of the shadow page tables, which translate the guest's virtual addresses.",
    changes: [
      {
        file,
        from: 'new PassedDisk(parts.real, parts.cpu.disk, this.#nestedRoot)',
        to: 'new PassedDisk(parts.real, parts.cpu.disk, parts.shadow.ptbr)',
      },
    ],
  },
  {
    ...passed,
    name: 'disk-ahead-of-time',
    bug: "A command under way is not moved between the machine's time and the guest's.",
    changes: [{ file: passedDisk, from: 'command.doneAt + steps', to: 'command.doneAt' }],
  },
  {
    ...passed,
    name: 'disk-not-taken-back',
    bug: 'What the guest has done to the disk in guest mode is not in its virtual disk afterwards.',
    changes: [
      {
        file: passedDisk,
        from: 'this.#virtual.restore(later(disk.save(), ahead));',
        to: 'later(disk.save(), ahead);',
      },
    ],
  },
  {
    ...passed,
    name: 'passed-line-exits',
    bug: 'The interrupt line of the disk that the guest has ends guest mode, again and again.',
    changes: [{ file, from: 'hasDisk ? 1 << LINE.DISK : 0', to: '0' }],
  },
];
