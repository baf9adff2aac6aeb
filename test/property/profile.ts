/** What random guests may have in them: everything, or what a stage of a student's monitor can do (stages.ts). */
import { systemRegisters } from '../../isa/table/sysregs.ts';
import { plainRows } from '../../isa/table/table.ts';

export interface Profile {
  /** Instructions of the system half, by name. */
  readonly instructions: ReadonlySet<string>;
  /** Numbers of system registers that `mfs` and `mts` name. */
  readonly registers: readonly number[];
  /** A trap handler; without, the first trap stops the guest. */
  readonly handler: boolean;
  /** Words that are no instruction, and jumps to odd addresses. */
  readonly traps: boolean;
  readonly rings: boolean;
  /** R and LIMIT. */
  readonly relocation: boolean;
  readonly paging: boolean;
  readonly timer: boolean;
  readonly devices: boolean;
  /** Ports of the network device, too; without, hardly any guest comes upon one. */
  readonly network: boolean;
}

/** Nothing left out; also a number that no system register has. */
export const everything: Profile = {
  instructions: new Set(
    plainRows
      .filter(({ effect }) => effect.kind === 'system' || effect.kind === 'trap')
      .map(({ name }) => name),
  ),
  registers: [...systemRegisters.map(({ number }) => number), systemRegisters.length],
  handler: true,
  traps: true,
  rings: true,
  relocation: true,
  paging: true,
  timer: true,
  devices: true,
  network: true,
};
