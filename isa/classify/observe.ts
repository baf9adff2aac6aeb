/**
 * What can be observed of a machine between two instructions, as a list of words: the
 * program's own state (general registers, pc, user flags), and each part of the
 * privileged state. Stores are compared separately (Specimen.written). TIME is left out,
 * because every instruction changes it in the same way.
 */
import { registerName } from '../table/registers.ts';
import { SR, STATUS, type SystemRegisterName } from '../table/sysregs.ts';
import { parts } from './parts.ts';
import type { Specimen } from './specimen.ts';

/** Values of `owner` for observables that do not belong to a part. */
export const VISIBLE = -1;
const PROCESSOR = -2;

export interface Observable {
  readonly name: string;
  /** Number of the part that it belongs to; VISIBLE = the program's own state; PROCESSOR = waiting or stopped. */
  readonly owner: number;
  readonly read: (machine: Specimen) => number;
}

function partNumber(name: string): number {
  const number = parts.findIndex((part) => part.name === name);
  if (number < 0) throw new Error(`no part ${name}`);
  return number;
}

function ofPart(part: string, name: string, read: (machine: Specimen) => number): Observable {
  return { name, owner: partNumber(part), read };
}

function register(name: SystemRegisterName, part: string = name): Observable {
  return ofPart(part, name, (machine) => machine.readSystem(SR[name]) >>> 0);
}

const ownRegisters: readonly SystemRegisterName[] = [
  'TVEC',
  'EPC',
  'ESTATUS',
  'ERBASE',
  'ERBOUND',
  'ECAUSE',
  'EVAL',
  'SCRATCH0',
  'SCRATCH1',
  'LIMIT',
];

export const observables: readonly Observable[] = [
  ...Array.from({ length: 32 }, (_, n) => ({
    name: registerName(n),
    owner: VISIBLE,
    read: ({ x }: Specimen) => x[n] as number,
  })),
  { name: 'pc', owner: VISIBLE, read: ({ pc }) => pc },
  { name: 'UF', owner: VISIBLE, read: ({ status }) => status & STATUS.UF },
  ofPart('RING', 'RING', ({ status }) => status & STATUS.RING),
  ofPart('IF', 'IF', ({ status }) => (status & STATUS.IF) >>> 2),
  register('RBASE', 'map'),
  register('RBOUND', 'map'),
  register('PTBR', 'map'),
  ...ownRegisters.map((name) => register(name)),
  register('TIMER'),
  ofPart('TIMER', 'timer interrupt', (machine) => machine.pending() & 1),
  ofPart('disk', 'disk sector', ({ disk }) => disk.sector),
  ofPart('disk', 'disk address', ({ disk }) => disk.address),
  ofPart('disk', 'disk status', ({ disk }) => disk.status),
  ofPart('network', 'network rings', ({ network }) => network.descriptors),
  ofPart('network', 'network interrupts', ({ network }) => network.control),
  ofPart('network', 'network sends', ({ network }) => Number(network.sends)),
  ofPart('console', 'console interrupts', ({ console }) => Number(console.interrupts)),
  ofPart('console', 'input waiting', ({ console }) => Number(console.waits())),
  ofPart('console', 'bytes printed', ({ printed }) => printed.length),
  { name: 'waiting', owner: PROCESSOR, read: ({ waits }) => Number(waits) },
  { name: 'in guest mode', owner: PROCESSOR, read: ({ entered }) => Number(entered !== undefined) },
  { name: 'powered off', owner: PROCESSOR, read: ({ poweredOff }) => Number(poweredOff !== undefined) },
];

/** The values of all `observables`, in their order. They begin with the general registers (signed). */
export function observe(machine: Specimen): readonly number[] {
  const seen: number[] = [...machine.x];
  for (let n = seen.length; n < observables.length; n++)
    seen.push((observables[n] as Observable).read(machine));
  return seen;
}

/** The owner of each observable. */
export const owners: readonly number[] = observables.map(({ owner }) => owner);

/** Whether two observations differ in anything but the program's own state. */
export function isPrivilegedChanged(before: readonly number[], after: readonly number[]): boolean {
  for (let n = 0; n < before.length; n++) {
    if (before[n] !== after[n] && owners[n] !== VISIBLE) return true;
  }
  return false;
}
