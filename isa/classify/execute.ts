/**
 * Executes one instruction on a specimen. To measure sensitivity, the privilege check is off,
 * because it would hide what it protects. To measure privilege, the check of a variant is on.
 *
 * The rows are arguments, so a row that is in no table can be measured too.
 */
import { factoryOf } from '../engines/interpreter/factories.ts';
import { STATUS } from '../table/sysregs.ts';
import { CAUSE } from '../table/traps.ts';
import { trapsIn, type Variant } from '../table/variants.ts';
import { isPrivilegedChanged, observables, observe } from './observe.ts';
import { RS1, RS2, type Sample } from './operands.ts';
import type { Specimen, SpecimenTrap } from './specimen.ts';
import { applyState, type State } from './states.ts';
import { PC } from './world.ts';

/** The outcome of an execution. A trap does not change the state. */
export interface Outcome {
  readonly trap: SpecimenTrap | undefined;
  /** In the order of `observables`. */
  readonly seen: readonly number[];
  readonly written: string;
}

/** Puts the sample's operands into their registers. */
export function load(machine: Specimen, { rs1, rs2 }: Sample): void {
  machine.x[RS1] = rs1?.value ?? 0;
  machine.x[RS2] = rs2?.value ?? 0;
}

/** Executes the meaning of the sample in the machine's current state, in any ring. */
export function step(machine: Specimen, { at }: Sample): void {
  machine.pc = factoryOf(at.row)(machine, at)(PC) >>> 0;
}

/** The same, with the privilege check of a variant. */
export function checkedStep(machine: Specimen, sample: Sample, variant: Variant): void {
  const { row, word } = sample.at;
  if (trapsIn(row, machine.ring, variant)) machine.trap(CAUSE.PRIVILEGED, word, PC);
  else step(machine, sample);
}

/** State and sample, executed with the check off. */
export function execute(machine: Specimen, state: State, sample: Sample): Outcome {
  applyState(machine, state);
  return outcomeOf(machine, sample);
}

function outcomeOf(machine: Specimen, sample: Sample): Outcome {
  load(machine, sample);
  step(machine, sample);
  return { trap: machine.trapped, seen: observe(machine), written: machine.written };
}

/** Does `execute` for each sample in one state. The state is set up again only after a sample has changed it. */
export function executeAll(machine: Specimen, state: State, samples: readonly Sample[]): readonly Outcome[] {
  applyState(machine, state);
  const start = observe(machine);
  return samples.map((sample) => {
    const outcome = outcomeOf(machine, sample);
    if (isPrivilegedChanged(start, outcome.seen)) applyState(machine, state);
    else restart(machine, start[UF] as number);
    return outcome;
  });
}

const UF = observables.findIndex(({ name }) => name === 'UF');

/** Undoes what an instruction did to the program's own state. */
function restart(machine: Specimen, flags: number): void {
  machine.forget();
  machine.x.fill(0);
  machine.status = (machine.status & ~STATUS.UF) | flags;
  machine.pc = PC;
}

/** What can be observed of a state before anything is executed. */
export function before(machine: Specimen, state: State): readonly number[] {
  applyState(machine, state);
  return observe(machine);
}

/** Causes of memory traps. */
export const memoryTraps: ReadonlySet<number> = new Set([
  CAUSE.FETCH_ACCESS,
  CAUSE.LOAD_ACCESS,
  CAUSE.STORE_ACCESS,
  CAUSE.FETCH_PAGE,
  CAUSE.LOAD_PAGE,
  CAUSE.STORE_PAGE,
]);

/** Whether the execution took a memory trap; the definitions set such pairs aside. */
export function isMemoryTrap({ trap }: Outcome): boolean {
  return trap !== undefined && memoryTraps.has(trap.cause);
}
