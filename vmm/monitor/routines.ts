/**
 * Interpreter routines: Popek and Goldberg's v_i, one for each privileged instruction.
 *
 * What instruction i means is its row's meaning, and the virtual CPU is a processor like
 * any other; so v_i is that meaning, said of the virtual CPU, and what the monitor must
 * see to afterwards. Those that need nothing more are not listed.
 */
import type { Machine } from '../../isa/machine/machine.ts';
import type { Instruction } from '../../isa/table/row.ts';
import type { ShadowTables } from '../memory/shadow.ts';

/** What a routine may need beside the virtual CPU. */
export interface RoutineContext {
  readonly cpu: Machine;
  readonly shadow: ShadowTables;
}

/**
 * Performs the privileged instruction `at` on the virtual CPU: one guest step. The CPU's
 * `pc` is at the instruction before, and where the guest goes on after. A guest that
 * turns paging off may write its tables unseen, so its shadows are given up.
 */
export function interpret({ cpu, shadow }: RoutineContext, at: Instruction): void {
  const { effect } = at.row;
  if (effect.kind !== 'system') throw new Error(`${at.row.name} is not a system instruction`);
  const paged = cpu.paging;
  cpu.pc = effect.run(cpu, at, cpu.pc | 0) >>> 0;
  cpu.steps += 1;
  if (paged && !cpu.paging) shadow.flush();
}
