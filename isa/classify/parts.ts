/**
 * The parts of the privileged state, and the values with which each is tried. Two states
 * are a *pair* if they differ in one part only. If their results differ, the part's kind tells what this
 * proves (definitions.ts explains it in words).
 *
 * Value 0 of a part is its default. To add a part: add its entry here, and what can be
 * observed of it to observe.ts.
 */
import { PORT } from '../machine/devices/ports.ts';
import { SR, STATUS, type SystemRegisterName } from '../table/sysregs.ts';
import { maps } from './maps.ts';
import type { Specimen } from './specimen.ts';
import { HERE, SECOND, THERE, TRAP, TRAP_2, WINDOW } from './world.ts';

/** The kind of a part: the mode, the map of memory, or other privileged state. */
export type PartKind = 'mode' | 'location' | 'state';

export interface PartValue {
  readonly says: string;
  readonly apply: (machine: Specimen) => void;
  /** Assembly that sets the part to this value in ring 0; undefined = no program can do that. */
  readonly program: readonly string[] | undefined;
  /** Console input that must wait for this value. */
  readonly input?: string;
}

export interface StatePart {
  readonly name: string;
  readonly kind: PartKind;
  readonly values: readonly PartValue[];
  /** The part changes by itself from run to run. A witness uses it only if no other part proves the same. */
  readonly drifts?: true;
}

/** Rings in the order in which they are tried: the extremes first. */
export const rings = [0, 3, 2, 1] as const;

const ringPart: StatePart = {
  name: 'RING',
  kind: 'mode',
  values: rings.map((ring) => ({
    says: `ring ${ring}`,
    apply: (machine) => {
      machine.status = (machine.status & ~STATUS.RING) | ring;
    },
    program: [],
  })),
};

const flagPart: StatePart = {
  name: 'IF',
  kind: 'state',
  values: [0, STATUS.IF].map((flag) => ({
    says: `IF ${flag === 0 ? 0 : 1}`,
    apply: (machine) => {
      machine.status = flag;
    },
    program: flag === 0 ? [] : ['sti'],
  })),
};

/** A system register as a part. A value is a number and its text in assembly. */
function register(name: SystemRegisterName, ...values: (readonly [number, string])[]): StatePart {
  const value = ([number, text]: readonly [number, string]): PartValue => ({
    says: `${name} ${text}`,
    apply: (machine) => machine.writeSystem(SR[name], number),
    program: [`${/^[a-z]/.test(text) ? 'la' : 'li'}   t2, ${text}`, `mts  ${name}, t2`],
  });
  return { name, kind: 'state', values: values.map(value) };
}

/** A register that the machine computes. Only the value that it shows is varied, and no program can set it. */
function computed(name: SystemRegisterName, other: number): StatePart {
  const value = (shown: number | undefined): PartValue => ({
    says: shown === undefined ? `${name} as it is` : `${name} ${shown}`,
    apply: (machine) => {
      if (shown === undefined) machine.shown.delete(SR[name]);
      else machine.shown.set(SR[name], shown);
    },
    program: shown === undefined ? [] : undefined,
  });
  return { name, kind: 'state', values: [undefined, other].map(value) };
}

const timerPart: StatePart = {
  name: 'TIMER',
  kind: 'state',
  values: [
    { says: 'TIMER off', apply: (machine) => machine.writeSystem(SR.TIMER, 0), program: [] },
    {
      says: 'TIMER 1000',
      apply: (machine) => machine.writeSystem(SR.TIMER, 1000),
      program: ['li   t2, 1000', 'mts  TIMER, t2'],
    },
    {
      says: 'the timer interrupt pending',
      apply: (machine) => {
        const { status } = machine;
        machine.status = 0; // Or `settle` would take the interrupt.
        machine.writeSystem(SR.TIMER, 1);
        machine.steps += 2;
        machine.settle(Number.POSITIVE_INFINITY);
        machine.steps -= 2;
        machine.status = status;
      },
      program: ['li   t2, 1', 'mts  TIMER, t2', 'nop', 'nop'],
    },
  ],
};

const diskPart: StatePart = {
  name: 'disk',
  kind: 'state',
  values: [
    {
      says: 'disk sector 0',
      apply: ({ disk }) => {
        Object.assign(disk, { sector: 0, address: 0, status: 0, doneAt: Number.POSITIVE_INFINITY });
      },
      program: [],
    },
    {
      says: 'disk sector 7',
      apply: ({ disk }) => {
        disk.sector = 7;
      },
      program: [`li   t2, ${PORT.DISK_SECTOR}`, 'li   t3, 7', 'out  t2, t3'],
    },
    {
      says: 'the disk busy',
      apply: (machine) => machine.disk.start(0, machine.steps),
      program: [`li   t2, ${PORT.DISK_COMMAND}`, 'out  t2, zero'],
    },
  ],
};

const networkPart: StatePart = {
  name: 'network',
  kind: 'state',
  values: [0, 7].map((count) => ({
    says: `network rings of ${count}`,
    apply: ({ network }) => {
      network.descriptors = count;
      network.control = 0;
    },
    program: count === 0 ? [] : [`li   t2, ${PORT.NET_RING}`, `li   t3, ${count}`, 'out  t2, t3'],
  })),
};

const consolePart: StatePart = {
  name: 'console',
  kind: 'state',
  values: [
    { says: 'no input', apply: emptyConsole, program: [] },
    {
      says: 'a byte of input waits',
      apply: ({ console }) => console.feed(Uint8Array.of(0x78)),
      program: [],
      input: 'x',
    },
    {
      says: 'console interrupts on',
      apply: ({ console }) => {
        console.interrupts = true;
      },
      program: [`li   t2, ${PORT.CONSOLE_CONTROL}`, 'li   t3, 1', 'out  t2, t3'],
    },
  ],
};

function emptyConsole({ console, printed }: Specimen): void {
  while (console.waits()) console.take();
  console.interrupts = false;
  printed.length = 0;
}

/**
 * A program cannot set TIME, but each run of the instruction finds another value anyway. To get another TIMEH, the program
 * waits: `hlt` skips to the step when the timer is due, 2^32 - 1 steps later.
 */
const timePart: StatePart = {
  name: 'TIME',
  kind: 'state',
  drifts: true,
  values: [
    {
      says: 'TIME early',
      apply: (machine) => {
        machine.steps = 5;
      },
      program: [],
    },
    {
      says: 'TIME later',
      apply: (machine) => {
        machine.steps = 0x23456789;
      },
      program: [],
    },
    {
      says: 'TIME more than 2^32 steps later',
      apply: (machine) => {
        machine.steps = 0x123456789;
      },
      program: ['li   t2, -1', 'mts  TIMER, t2', 'hlt', 'mts  TIMER, zero'],
    },
  ],
};

/** Every part, in the order in which a state is set up. The map and the ring come last, because they affect the code that does it. */
export const parts: readonly StatePart[] = [
  timePart,
  flagPart,
  register('TVEC', [TRAP, 'trap'], [TRAP_2, 'trap_2']),
  register('EPC', [HERE, 'here'], [THERE, 'there']),
  register('ESTATUS', [0, '0'], [STATUS.IF, '4'], [0xa500, '0xa500'], [3, '3']),
  register('ERBASE', [0, '0'], [SECOND, '0x100000']),
  register('ERBOUND', [WINDOW, 'BOUND'], [WINDOW / 2, 'BOUND / 2']),
  register('ECAUSE', [0, '0'], [8, '8']),
  register('EVAL', [0, '0'], [0x1234, '0x1234']),
  register('SCRATCH0', [0, '0'], [0x5678, '0x5678']),
  register('SCRATCH1', [0, '0'], [0x789a, '0x789a']),
  register('LIMIT', [0, '0'], [0xff000000, '0xff000000']),
  timerPart,
  diskPart,
  networkPart,
  consolePart,
  computed('MEMSIZE', 0x1000000),
  computed('CPUID', 99),
  { name: 'map', kind: 'location', values: maps },
  ringPart,
];

/** Numbers of the parts that other files refer to. */
export const RING_PART: number = parts.indexOf(ringPart);
export const MAP_PART: number = parts.findIndex(({ name }) => name === 'map');
