/**
 * Interpreter routines: Popek and Goldberg's v_i, one for each privileged instruction.
 *
 * The meaning of instruction i is in its row, as a function of a processor, and the virtual
 * CPU is a processor. So v_i executes that function on the virtual CPU. In addition, the monitor
 * drops the shadow if the instruction has ended paging.
 */
import type { Machine } from '../../isa/machine/machine.ts';
import type { Instruction } from '../../isa/table/row.ts';
import type { ShadowTables } from '../memory/shadow.ts';

/** What a routine works on. */
export interface RoutineContext {
  readonly cpu: Machine;
  readonly shadow: ShadowTables;
}

/**
 * Executes the privileged instruction `at` on the virtual CPU: one guest step. Before the call, the CPU's
 * `pc` is at the instruction; after it, `pc` is where the guest continues.
 */
export function interpret({ cpu, shadow }: RoutineContext, at: Instruction): void {
  const { effect } = at.row;
  if (effect.kind !== 'system') throw new Error(`${at.row.name} is not a system instruction`);
  const paged = cpu.paging;
  cpu.pc = effect.run(cpu, at, cpu.pc | 0) >>> 0;
  cpu.steps += 1;
  shadow.flushIfPagingEnded(paged);
}
