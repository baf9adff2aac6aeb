/** Guest mode as a chapter of the ISA manual. Its tables are printed from the constants that the machine uses. */
import { featureNames, features } from '../table/features.ts';
import { hex } from '../table/disassemble.ts';
import { BLOCK, CONTROL, REASON, SAVED } from './control-block.ts';

const offset = (at: number) => `0x${at.toString(16).padStart(3, '0')}`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const words: Readonly<Record<Exclude<keyof typeof BLOCK, 'GUEST' | 'HOST'>, string>> = {
  INSTRUCTIONS: 'bit n: the system instruction with funct7 n, from 0 to 31, exits',
  INSTRUCTIONS_HIGH: 'the same for funct7 from 32 to 63',
  READS: 'bit n: `mfs` of system register n exits',
  WRITES: 'bit n: `mts` to system register n exits',
  TRAPS: 'bit n: the trap with cause n exits',
  CONTROL: 'the bits below',
  ROOT: 'bits 31–12: frame of the root of the nested map, or of the shadow page tables',
  TIME_OFFSET: "two words, low and high: the guest's TIME minus the machine's",
  EVENT: '1: a trap is injected; `vmrun` sets the word to 0',
  EVENT_CAUSE: 'its cause',
  EVENT_VALUE: 'its EVAL',
  LINES: 'with VIRTUAL: the pending virtual lines, line n in bit n; written at the exit too',
  TIMER: "with VIRTUAL: what the guest's TIMER reads; written at the exit too",
  OUTPUTS: 'two words, with PORTS: bit n: `out` to port n exits',
  INPUTS: 'two words, with PORTS: bit n: `in` from port n exits',
  DIRECT: "with VIRTUAL: bit n, from 1: line n of the machine is the guest's own",
  REASON: 'written at the exit: why',
  QUALIFICATION: 'written at the exit: see the reasons',
  VALUE: 'written at the exit: see the reasons',
  ADDRESS: 'written at the exit: see the reasons',
};

const controls: Readonly<Record<keyof typeof CONTROL, string>> = {
  WINDOW: 'guest mode ends before the first instruction at which IF is 1',
  NESTED: 'ROOT is a nested map (feature `nested`)',
  VIRTUAL: 'the guest has its own TIMER and interrupt lines (feature `virtual-timer`)',
  PORTS: 'the port bitmaps count (feature `ports`)',
};

const reasons: Readonly<Record<keyof typeof REASON, string>> = {
  INSTRUCTION: 'an instruction that exits; QUALIFICATION = its word',
  TRAP: 'a trap that exits, or one while TVEC is 0; QUALIFICATION = its cause, VALUE = its EVAL',
  NESTED:
    'the nested map does not allow an access; ADDRESS = the guest-physical address, QUALIFICATION = 0 for a fetch, 1 for a load, 2 for a store',
  INTERRUPT: 'an interrupt line of the machine is pending; QUALIFICATION = the pending lines',
  WINDOW: 'IF is 1, and WINDOW is set',
  IDLE: "`hlt` waits, no virtual line is pending, the guest's own timer is off, and no device with a line in DIRECT is at work",
};

/** The chapter. */
export const guestModeChapter = {
  title: 'Guest mode',
  sections: [
    {
      title: 'Features',
      text: [
        'None of the three variants has features. A variant of your own may have some, as `"features": ["guest", "nested"]` in its JSON file. Without a feature, the machine is as if this chapter did not exist.',
        table(
          ['feature', 'needs', 'what it is'],
          featureNames.map((name) => [
            name,
            features[name].needs.join(', ') || 'nothing',
            features[name].says,
          ]),
        ),
        'A bit of CONTROL whose feature the machine does not have reads as 0.',
      ],
    },
    {
      title: 'Entering and leaving',
      text: [
        "`vmrun rs1` saves the host's state in the control block at physical address rs1, loads the guest's state from there, and is in guest mode from the next step on. The host's saved pc is the address after the `vmrun`. General registers are not saved; they are the guest's and the host's alike. The words before the exit's are read once, by `vmrun`: to change them later has no effect before the next `vmrun`.",
        "In guest mode the rings, STATUS and the system registers are the guest's own. MEMSIZE and CPUID read as the block has them. TIME reads as steps plus TIME_OFFSET. Traps and interrupts that do not exit are taken as always, by the guest's TVEC, with RBOUND = the guest's MEMSIZE. `vmrun` is an illegal instruction, unless its bit is set; then it is as privileged as always, and exits in ring 0.",
        "An exit saves the guest's state in the block, says why, loads the host's state, and takes trap 25 there, with EVAL = the block's address. All of that is one step. The instruction that exits has not been executed, and has changed nothing but, by its fetch, an A bit. The privilege of an instruction is checked before its bit.",
        table(
          ['offset', 'word', 'contents'],
          Object.entries(words).map(([name, says]) => [
            offset(BLOCK[name as keyof typeof words]),
            name,
            says,
          ]),
        ),
        `The guest's state begins at ${offset(BLOCK.GUEST)}, the host's at ${offset(BLOCK.HOST)}: pc at ${offset(SAVED.PC)}, STATUS at ${offset(SAVED.STATUS)}, 1 if \`hlt\` waits at ${offset(SAVED.WAITS)}, and system register n at ${offset(SAVED.SYSTEM)} + 4n. TIME, TIMEH, TIMER and IPEND are written there, and never loaded.`,
        table(
          ['CONTROL', 'name', 'meaning'],
          Object.entries(controls).map(([name, says]) => [
            hex(CONTROL[name as keyof typeof controls]),
            name,
            says,
          ]),
        ),
        table(
          ['REASON', 'name', 'when, and what belongs to it'],
          Object.entries(reasons).map(([name, says]) => [
            String(REASON[name as keyof typeof reasons]),
            name,
            says,
          ]),
        ),
      ],
    },
    {
      title: 'Addresses in guest mode',
      text: [
        "Without NESTED, the page tables at ROOT are walked for every access, whether the guest's paging is on or off, and set A and D there. The guest's PTBR and R are registers without effect, as far as addresses go. LIMIT counts.",
        "With NESTED, the guest's R, or its page tables, give a guest-physical address. The nested map at ROOT, which has the form of page tables, then gives the physical one: an entry must have V, and R for a load, W for a store, X for a fetch; its other bits are ignored. The guest's page tables are themselves read through the map, which must allow a load, and their A and D are set through it, which must allow a store. What the map does not allow exits, before anything is changed; the guest's own faults come first, table by table.",
        '`lra` shows guest-physical addresses with NESTED, and what the shadow tables say without. It does not exit by itself.',
      ],
    },
    {
      title: 'Time and interrupts in guest mode',
      text: [
        'Before each step: an event of EVENT is injected, once, as a trap of the guest that no bit of TRAPS makes exit; it ends a wait. Then, if an interrupt line of the machine is pending, guest mode ends, whatever IF is. Then, if IF is 1, guest mode ends for WINDOW, or the lowest pending virtual line is taken, which is a step.',
        "With VIRTUAL, TIMER is a timer of the guest's own, and IPEND shows LINES and, in bit 0, whether it has gone off. Without, both are the machine's own. `hlt` waits for a virtual line; time skips to the next event of the guest's timer or of the machine.",
        "With VIRTUAL, a line of the machine whose bit in DIRECT is 1 is the guest's own. It does not end guest mode; the guest finds it pending while it is pending on the machine, takes it by its own TVEC, and waits for it with `hlt`.",
      ],
    },
    {
      title: 'Devices that are given to a guest',
      text: [
        "A host can let its guest drive a device itself: the bitmaps leave the ports of the device open (feature `ports`), and DIRECT gives its interrupt line to the guest (feature `virtual-timer`). What is left are the addresses to which the device moves data. A guest's driver writes guest-physical addresses to its ports, and a device takes them for physical ones. It would read and write memory of the host and of other guests.",
        'The feature `iommu` has an answer: a map for each device that moves data itself, in the form of the nested map. Port PORT_IOMMU_DISK has the one for the disk, PORT_IOMMU_NETWORK the one for the network, which counts for its rings and its frames. While bit 0 of the port is 1, the device needs an entry with V and R for what it reads from memory, with V and W for what it writes, on each page. An address that the map does not allow counts as one that is not in memory. The map is read when data is moved, whoever runs then. While bit 0 is 0, as at reset, addresses are physical.',
        'A host can give the disk the nested map of the guest: then the disk reaches what the guest reaches, at the same addresses. Port numbers from 64 on always exit, so the guest does not reach the ports of the IOMMU.',
      ],
    },
  ],
};
