/**
 * Measures why a row is sensitive: executes it with every sample in every state, with
 * the privilege check off, and looks for the witnesses that definitions.ts asks for.
 * The result does not depend on the variant. Only whether the row is privileged does
 * (privilege.ts).
 */
import type { Row } from '../table/row.ts';
import { CAUSE } from '../table/traps.ts';
import { type Class, classes } from './classes.ts';
import { changesInUserMode, listChanges, outcomesDiffer } from './differences.ts';
import { before, executeAll, type Outcome } from './execute.ts';
import { samplesOf, type Sample } from './operands.ts';
import { shrink } from './shrink.ts';
import { Specimen } from './specimen.ts';
import { pairs, ringOf, type State, states } from './states.ts';
import { type Candidate, classesOf, type Witness } from './witness.ts';

export interface Measurement {
  readonly row: Row;
  readonly witnesses: ReadonlyMap<Class, Witness>;
  /** Executions made. */
  readonly executions: number;
  /** Pairs of executions compared. */
  readonly compared: number;
  /** Executions in ring 0: how many did not trap, and how many raised a privileged-instruction trap. */
  readonly inRing0: { readonly completed: number; readonly refused: number };
}

const known = new WeakMap<Row, Measurement>();

/** Measures a row. Measuring the same row again costs nothing. */
export function measure(row: Row): Measurement {
  const done = known.get(row);
  if (done !== undefined) return done;
  const measurement = measureAnew(row);
  known.set(row, measurement);
  return measurement;
}

function measureAnew(row: Row): Measurement {
  const machine = new Specimen();
  const samples = samplesOf(row);
  const outcomes = states.map((state) => executeAll(machine, state, samples));
  const candidates = new Map<Class, Candidate>();
  const keep = (candidate: Candidate) => {
    if (!candidates.has(candidate.class)) candidates.set(candidate.class, candidate);
  };
  findChanges(machine, samples, outcomes, keep);
  const compared = findDifferences(samples, outcomes, keep);
  const witnesses = new Map<Class, Witness>();
  for (const name of classes) {
    const candidate = candidates.get(name);
    if (candidate !== undefined) witnesses.set(name, shrink(machine, samples, candidate));
  }
  const inRing0 = countInRing0(outcomes);
  return { row, witnesses, executions: states.length * samples.length, compared, inRing0 };
}

function countInRing0(outcomes: Outcomes): Measurement['inRing0'] {
  let completed = 0;
  let refused = 0;
  for (const [n, list] of outcomes.entries()) {
    if (ringOf(states[n] as State) !== 0) continue;
    completed += list.filter(({ trap }) => trap === undefined).length;
    refused += list.filter(({ trap }) => trap?.cause === CAUSE.PRIVILEGED).length;
  }
  return { completed, refused };
}

type Outcomes = readonly (readonly Outcome[])[];
type Keep = (candidate: Candidate) => void;

/** Searches for control-sensitivity: an execution that changes privileged state without a trap. */
function findChanges(machine: Specimen, samples: readonly Sample[], outcomes: Outcomes, keep: Keep): void {
  for (const [n, first] of states.entries()) {
    const start = before(machine, first);
    for (const [s, sample] of samples.entries()) {
      const outcome = outcomes[n]?.[s] as Outcome;
      if (outcome.trap !== undefined) continue;
      const changes = listChanges(start, outcome);
      if (changes.length === 0) continue;
      keep({ class: 'control', sample, first });
      if (ringOf(first) === 0) keep({ class: 'supervisor', sample, first });
      else if (changesInUserMode(changes).length > 0) keep({ class: 'user', sample, first });
    }
  }
}

/**
 * Searches for mode-, location- and state-sensitivity: a pair of states whose outcomes differ. Returns how many pairs
 * were compared.
 */
function findDifferences(samples: readonly Sample[], outcomes: Outcomes, keep: Keep): number {
  for (const { part, first, second } of pairs) {
    for (const [s, sample] of samples.entries()) {
      const one = outcomes[first]?.[s] as Outcome;
      const other = outcomes[second]?.[s] as Outcome;
      if (!outcomesDiffer(part, one, other)) continue;
      const found = { sample, first: states[first] as State, second: states[second] as State, part };
      for (const name of classesOf(found.part, found.first, found.second)) keep({ ...found, class: name });
    }
  }
  return pairs.length * samples.length;
}
