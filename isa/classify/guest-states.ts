/** The states in which instructions are measured in guest mode: rings and maps, and at most one other part of the state. */
import { PORT } from '../machine/devices/ports.ts';
import type { Machine } from '../machine/machine.ts';
import { PAGE } from '../machine/storage.ts';
import { PTE } from '../machine/translate.ts';
import { SR, STATUS } from '../table/sysregs.ts';
import { DATA, HERE, PC, SECOND, THERE, TRAP, WINDOW } from './world.ts';

export interface GuestState {
  readonly says: string;
  /** Whether the guest has page tables of its own. */
  readonly isPaged: boolean;
  /** Brings a machine that has just been reset, and that has WINDOW bytes of memory, into the state. */
  readonly apply: (machine: Machine) => void;
}

/** Guest-physical address of the page tables of guests that have some: the last two pages. */
const GUEST_ROOT = WINDOW - 2 * PAGE;
/** That of others, in which the page HERE is in another place: a guest can change to them. */
export const OTHER_ROOT: number = GUEST_ROOT - 2 * PAGE;

type Part = readonly [says: string, apply: (machine: Machine) => void];

const register = (name: keyof typeof SR, value: number): Part => [
  `${name} ${value}`,
  (machine) => machine.writeSystem(SR[name], value),
];

const port = (says: string, ...writes: readonly (readonly [number, number])[]): Part => [
  says,
  (machine) => {
    for (const [number, value] of writes) machine.output(number, value);
  },
];

/** What a state has besides the ring and the map. */
const parts: readonly Part[] = [
  ['', () => {}],
  ['IF 1', (machine) => setStatus(machine, STATUS.IF)],
  ['user flags', (machine) => setStatus(machine, 0xa500)],
  ['TIME later', (machine) => setSteps(machine, 0x123456789)],
  ['TIMER 1000', (machine) => machine.writeSystem(SR.TIMER, 1000)],
  ['the timer interrupt pending', (machine) => machine.setTimer(0, true)],
  ['a byte of input waits', ({ console }) => console.feed(Uint8Array.of(0x78))],
  port('console interrupts on', [PORT.CONSOLE_CONTROL, 1]),
  port('disk sector 7', [PORT.DISK_SECTOR, 7]),
  port('the disk busy', [PORT.DISK_COMMAND, 0]),
  port('network rings of 7', [PORT.NET_RING, 7]),
  register('EPC', HERE),
  register('ESTATUS', STATUS.IF | 0xa500),
  register('ESTATUS', 3),
  register('ERBASE', PAGE),
  register('ERBOUND', WINDOW / 2),
  register('ECAUSE', 8),
  register('EVAL', 0x1234),
  register('SCRATCH0', 0x5678),
  register('SCRATCH1', 0x789a),
  register('LIMIT', SECOND),
  register('RBOUND', WINDOW / 2),
];

function setStatus(machine: Machine, bits: number): void {
  machine.status |= bits;
}

function setSteps(machine: Machine, steps: number): void {
  machine.steps = steps;
}

/** Page tables of the guest: every page is where `frameOf` says, with all rights. A and D are set, so no access changes them. */
function fillTables({ words }: Machine['memory'], root: number, frameOf: (page: number) => number): void {
  words[root >>> 2] = (root + PAGE) | PTE.V;
  for (let page = 0; page < WINDOW; page += PAGE)
    words[(root + PAGE + (page >>> 10)) >>> 2] = frameOf(page) | PTE.V | PTE.RIGHTS | PTE.U | PTE.A | PTE.D;
}

/** Rings 1 and 2 are tried with the first of them only: what is in them, ring 3 has too. */
function partsIn(ring: number): readonly Part[] {
  return ring === 0 || ring === 3 ? parts : parts.slice(0, 2);
}

/** Every state, those of ring 0 first. */
export const guestStates: readonly GuestState[] = [0, 3, 1, 2].flatMap((ring) =>
  [false, true].flatMap((isPaged) =>
    partsIn(ring).map(([says, apply]) => ({
      says: [`ring ${ring}`, isPaged ? 'paging on' : 'paging off', says]
        .filter((text) => text !== '')
        .join(', '),
      isPaged,
      apply: (machine: Machine) => {
        fillTables(machine.memory, GUEST_ROOT, (page) => page);
        fillTables(machine.memory, OTHER_ROOT, (page) => (page === HERE ? THERE : page));
        machine.writeSystem(SR.TVEC, TRAP);
        if (isPaged) machine.writeSystem(SR.PTBR, GUEST_ROOT | 1);
        apply(machine);
        machine.status = (machine.status & ~STATUS.RING) | ring;
        machine.pc = PC;
      },
    })),
  ),
);

/** Pages whose translation is compared after an instruction. The shadow tables do not have DATA yet. */
export const looked: readonly number[] = [PC, HERE, TRAP];
/** The page that shadow tables do not have yet. */
export const HIDDEN: number = DATA;
