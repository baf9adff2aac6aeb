/**
 * Shrinks a witness to what matters: sets every part to its default, and every operand to a simpler
 * value, if the witness still proves its class then.
 */
import { changesInUserMode, type StateDifference, listChanges, listDifferences } from './differences.ts';
import { before, execute, isMemoryTrap } from './execute.ts';
import type { Sample } from './operands.ts';
import { parts } from './parts.ts';
import type { Specimen } from './specimen.ts';
import { ringOf, withPart } from './states.ts';
import { type Candidate, classesOf, type Witness } from './witness.ts';

/** Shrinks `candidate`, whose sample may become any of `samples`. */
export function shrink(machine: Specimen, samples: readonly Sample[], candidate: Candidate): Witness {
  let best = candidate;
  const tryIt = (simpler: Candidate) => {
    if (proves(machine, simpler).length > 0) best = simpler;
  };
  for (const [n] of parts.entries()) {
    if (n !== candidate.part) tryIt(withDefault(best, n));
  }
  for (const sample of samples) {
    if (sample === best.sample) break;
    tryIt({ ...best, sample });
    if (best.sample === sample) break;
  }
  return { ...best, differences: proves(machine, best) };
}

function withDefault(candidate: Candidate, part: number): Candidate {
  const { first, second } = candidate;
  return {
    ...candidate,
    first: withPart(first, part, 0),
    ...(second === undefined ? {} : { second: withPart(second, part, 0) }),
  };
}

/** The differences with which the candidate proves its class; none if it does not prove it. */
function proves(machine: Specimen, candidate: Candidate): readonly StateDifference[] {
  const { first, second, part, sample } = candidate;
  if (second === undefined || part === undefined) return changesProving(machine, candidate);
  if (!classesOf(part, first, second).includes(candidate.class)) return [];
  const one = execute(machine, first, sample);
  const other = execute(machine, second, sample);
  return isMemoryTrap(one) || isMemoryTrap(other) ? [] : listDifferences(part, one, other);
}

function changesProving(machine: Specimen, candidate: Candidate): readonly StateDifference[] {
  const { first, sample } = candidate;
  const start = before(machine, first);
  const changes = listChanges(start, execute(machine, first, sample));
  switch (candidate.class) {
    case 'user':
      return ringOf(first) === 0 ? [] : changesInUserMode(changes);
    case 'supervisor':
      return ringOf(first) === 0 ? changes : [];
    default:
      return changes;
  }
}
