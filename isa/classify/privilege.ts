/**
 * Measures whether a row is privileged in a variant, and how completely this was established.
 *
 * Outside ring 0 the instruction must trap in every state. It is executed on a Recorder. If
 * only the ring is read before the trap, trying the three rings is exhaustive. In ring 0 it
 * must not take that trap. This is tried exhaustively if its meaning reads only STATUS, and
 * otherwise in every state of states.ts.
 */
import type { Row } from '../table/row.ts';
import { STATUS } from '../table/sysregs.ts';
import type { Variant } from '../table/variants.ts';
import { checkedStep, load, memoryTraps } from './execute.ts';
import { measure } from './measure.ts';
import { samplesOf, type Sample } from './operands.ts';
import { RING_PART, rings } from './parts.ts';
import { Recorder } from './recorder.ts';
import { applyState, defaultState, ringOf, type State, states, withPart } from './states.ts';

/** How a for-all was established. */
export type ForAll =
  /** Derived from the meaning, which is data: what it reads and writes. */
  | { readonly kind: 'proof'; readonly reads: readonly string[]; readonly writes: readonly string[] }
  /** All values of everything that the execution reads were tried. */
  | { readonly kind: 'exhaustive'; readonly reads: readonly string[]; readonly cases: number }
  /** Not refuted in so many samples. */
  | { readonly kind: 'samples'; readonly samples: number };

/** An instruction and the state in which it was executed. */
export interface Execution {
  readonly sample: Sample;
  readonly state: State;
}

/** Whether an instruction is privileged, and how that was established. */
export type PrivilegeFinding =
  | { readonly privileged: true; readonly outside: ForAll; readonly inRing0: ForAll }
  /** `counterexample`: it ran outside ring 0. Without one it traps in ring 0 as well. */
  | { readonly privileged: false; readonly counterexample: Execution | undefined };

/** Measures `row` in `variant`. */
export function measurePrivilege(row: Row, variant: Variant): PrivilegeFinding {
  const machine = new Recorder();
  const samples = samplesOf(row);
  const { completed, refused } = measure(row).inRing0;
  const counterexample = findExecution(machine, samples, variant);
  if (counterexample !== undefined || completed === 0 || refused > 0) {
    return { privileged: false, counterexample };
  }
  return {
    privileged: true,
    outside: howFarOutside(machine, samples, variant),
    inRing0: howFarInRing0(machine, samples, completed),
  };
}

const outerRings: readonly State[] = rings
  .map((_, n) => withPart(defaultState, RING_PART, n))
  .filter((state) => ringOf(state) !== 0);

/** An execution outside ring 0 that does not trap, of an instruction that runs in ring 0. */
function findExecution(
  machine: Recorder,
  samples: readonly Sample[],
  variant: Variant,
): Execution | undefined {
  for (const state of states) {
    if (ringOf(state) === 0) continue;
    for (const sample of samples) {
      run(machine, state, sample, variant);
      if (machine.trapped === undefined) return { state, sample };
      if (onlyRing(machine)) break; // Every other sample traps in this ring too.
    }
  }
  return undefined;
}

/** Executes a sample with the privilege check. Afterwards `machine.reads` has the names of what was read. */
function run(machine: Recorder, state: State, sample: Sample, variant: Variant): void {
  applyState(machine, state);
  load(machine, sample);
  machine.reads.clear();
  checkedStep(machine, sample, variant);
}

function onlyRing({ reads }: Recorder): boolean {
  return [...reads].every((name) => name === 'RING');
}

function howFarOutside(machine: Recorder, samples: readonly Sample[], variant: Variant): ForAll {
  const determined = outerRings.every((state) =>
    samples.every((sample) => {
      run(machine, state, sample, variant);
      return onlyRing(machine) && !memoryTraps.has(machine.trapped?.cause ?? 0);
    }),
  );
  if (determined) return { kind: 'exhaustive', reads: ['RING'], cases: outerRings.length };
  return { kind: 'samples', samples: states.length * samples.length };
}

/** All values of STATUS with ring 0: IF and the user flags. */
const statusValues: readonly number[] = Array.from(
  { length: 512 },
  (_, n) => ((n & 1) === 0 ? 0 : STATUS.IF) | ((n >>> 1) << 8),
);

function howFarInRing0(machine: Recorder, samples: readonly Sample[], completed: number): ForAll {
  const reads = new Set<string>();
  const finite = samples.every((sample) =>
    statusValues.every((status) => {
      applyState(machine, defaultState);
      machine.status = status;
      machine.reads.clear();
      checkedStep(machine, sample, everythingPrivileged);
      for (const name of machine.reads) reads.add(name);
      return (
        machine.trapped === undefined && [...reads].every((name) => name === 'RING' || name === 'STATUS')
      );
    }),
  );
  if (!finite) return { kind: 'samples', samples: completed };
  const all = reads.has('STATUS');
  return {
    kind: 'exhaustive',
    reads: all ? ['STATUS'] : ['RING'],
    cases: (all ? statusValues.length : 1) * samples.length,
  };
}

const everythingPrivileged: Variant = { name: '', unprivileged: new Set(), cpuid: 0 };
