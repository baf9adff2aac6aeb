/** Mutants that break resource control: a guest under them reaches memory, devices or time that the allocator did not give it. */
import type { Mutant } from './mutant.ts';

const virtualMachine = 'vmm/monitor/virtual-machine.ts';
const relocation = 'vmm/memory/relocation.ts';
const shadow = 'vmm/memory/shadow.ts';
const allocator = 'vmm/guest/allocator.ts';
const disk = 'vmm/devices/disk-slice.ts';

const property = 'resourceControl';

/** Where the virtual CPU has been made. */
const made = 'this.allocation = allocation;';

export const resourceMutants: readonly Mutant[] = [
  // ---- Memory ----
  {
    name: 'bound-not-clamped',
    bug: "R is composed with the guest's bound unchanged: the guest reaches memory that does not belong to it.",
    property,
    changes: [{ file: relocation, from: 'cpu.plainBound', to: 'cpu.readSystem(3) >>> 0' }],
  },
  {
    name: 'place-left-out',
    bug: "R is composed without the start of the guest's memory: all guests begin at 0.",
    property,
    changes: [{ file: relocation, from: 'base: at + cpu.base', to: 'base: cpu.base' }],
  },
  {
    name: 'frame-not-moved',
    bug: "A shadow entry has the guest's own frame number, not the real one.",
    property,
    changes: [
      {
        file: shadow,
        from: '(this.#at + page * PAGE) | rights | PTE.A',
        to: '(page * PAGE) | rights | PTE.A',
      },
    ],
  },
  {
    name: 'frame-unchecked',
    bug: 'A new shadow table is derived as a whole, without a check that the frames belong to the guest.',
    property,
    changes: [{ file: shadow, from: 'ready && frameInMemory(entry, memory)', to: 'ready' }],
  },
  {
    name: 'guests-overlap',
    bug: 'Each guest begins in the last page of the one before.',
    property,
    changes: [{ file: allocator, from: 'at += size;', to: 'at += size - PAGE;' }],
  },
  {
    name: 'frames-shared',
    bug: 'All guests have the same frames for shadow tables.',
    property,
    changes: [{ file: allocator, from: 'sum(counts.slice(0, n)) * PAGE', to: '0 * n' }],
  },

  {
    name: 'region-not-hidden',
    bug: "LIMIT is the guest's own while its translation runs: the guest can reach the monitor's region of the address space.",
    property,
    strategy: 'binary-translation',
    changes: [
      {
        file: 'vmm/translator/runner.ts',
        from: 'own === 0 ? REGION : Math.min(own, REGION);',
        to: 'own;',
      },
    ],
  },

  // ---- The processor ----
  {
    name: 'registers-seen',
    bug: 'A guest finds the values of the guest that ran before it in its registers.',
    property,
    changes: [{ file: virtualMachine, from: 'this.#real.x.set(this.#saved);', to: '' }],
  },
  {
    name: 'registers-lost',
    bug: "A guest's registers are not saved while others run.",
    property,
    changes: [{ file: virtualMachine, from: 'this.#saved.set(this.#real.x);', to: '' }],
  },
  {
    name: 'turn-too-long',
    bug: 'The real timer is set for one step more than the guest has.',
    property,
    changes: [
      {
        file: 'vmm/guest/enter.ts',
        from: 'real.writeSystem(SR.TIMER, steps);',
        to: 'real.writeSystem(SR.TIMER, steps + 1);',
      },
    ],
  },

  // ---- Devices ----
  {
    name: 'dma-write-unchecked',
    bug: "The disk's DMA writes to real memory behind the guest's, if the guest asks for it.",
    property,
    changes: [
      {
        file: virtualMachine,
        from: made,
        to: `${made} this.cpu.memory.put = (address, bytes) => real.memory.fill(allocation.at + address, bytes);`,
      },
    ],
  },
  {
    name: 'dma-read-unchecked',
    bug: "The disk's DMA reads real memory behind the guest's, if the guest asks for it.",
    property,
    changes: [
      {
        file: virtualMachine,
        from: made,
        to: `${made} this.cpu.memory.readable = (address, length) => real.memory.readable(allocation.at + address, length);`,
      },
    ],
  },
  {
    name: 'slice-not-offset',
    bug: "A guest's sector number is used as the real one.",
    property,
    changes: [{ file: disk, from: 'return this.#first + n;', to: 'return n;' }],
  },
  {
    name: 'slice-unbounded',
    bug: 'Every guest sees as many sectors as the real disk has, and its sector numbers are not checked.',
    property,
    changes: [
      { file: disk, from: 'this.sectors = allocation.sectors;', to: 'this.sectors = real.disk.sectors;' },
    ],
  },
  {
    name: 'transfer-through-shadow',
    bug: "Sectors pass through a page that is also the guest's first shadow table.",
    property,
    changes: [
      {
        file: 'vmm/monitor/monitor.ts',
        from: 'new DiskSlice(real, allocation, allocator.transferPage)',
        to: 'new DiskSlice(real, allocation, allocator.transferPage + 4096 * (1 + 128 * n))',
      },
    ],
  },
];
