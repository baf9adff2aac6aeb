/**
 * Symptoms: for each thing in which the runs of a witness can differ, the assembly with which a trap
 * handler in ring 0 reads it into a0 afterwards. The trap has saved pc, STATUS and R, and has
 * not changed anything else.
 */
import { PORT } from '../machine/devices/ports.ts';
import { STATUS } from '../table/sysregs.ts';
import type { Witness } from './witness.ts';

export interface Symptom {
  /** Name of the observable. */
  readonly says: string;
  /** Leaves the value in a0; may change t0 to t6. */
  readonly read: readonly string[];
}

function saved(register: string, mask?: number, shift = 0): readonly string[] {
  return [
    `mfs  a0, ${register}`,
    ...(shift === 0 ? [] : [`srli a0, a0, ${shift}`]),
    ...(mask === undefined ? [] : [`andi a0, a0, ${mask}`]),
  ];
}

function port(number: number): readonly string[] {
  return [`li   t0, ${number}`, 'in   a0, t0'];
}

/** By name of the observable; the first one that differs is shown. The result of an instruction is in a0 already. */
const symptoms: ReadonlyMap<string, readonly string[]> = new Map([
  ['a0', []],
  ['RING', saved('ESTATUS', STATUS.RING)],
  ['IF', saved('ESTATUS', 1, 2)],
  ['UF', saved('ESTATUS', 0xff, 8)],
  ['pc', saved('EPC')],
  ['RBASE', saved('ERBASE')],
  ['RBOUND', saved('ERBOUND')],
  ['PTBR', saved('PTBR')],
  ['LIMIT', saved('LIMIT')],
  ['TIMER', saved('TIMER')],
  ['SCRATCH0', saved('SCRATCH0')],
  ['SCRATCH1', saved('SCRATCH1')],
  ['waiting', saved('TIMER')],
  ['disk sector', port(PORT.DISK_SECTOR)],
  ['disk address', port(PORT.DISK_ADDRESS)],
  ['disk status', port(PORT.DISK_STATUS)],
  ['network rings', port(PORT.NET_RING)],
  ['input waiting', port(PORT.CONSOLE_CONTROL)],
]);

const names: Readonly<Record<string, string>> = { waiting: 'TIMER' };

/** The symptom of the first difference that a handler can see; undefined if it can see none. */
export function symptomOf({ differences }: Witness): Symptom | undefined {
  const differing = new Set(differences.map(({ name }) => name));
  for (const [name, read] of symptoms) {
    if (differing.has(name)) return { says: names[name] ?? name, read };
  }
  return undefined;
}
