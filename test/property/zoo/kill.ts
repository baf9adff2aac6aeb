/** Kills mutants: puts the question of a property to one, until a guest catches the bug. */
import { ownMonitor } from '../own.ts';
import {
  type Counterexample,
  efficiency,
  equivalence,
  type PropertyName,
  type PropertyOptions,
  resourceControl,
} from '../properties.ts';
import { variantsNamed } from '../sound.ts';
import type { Candidate } from '../subject.ts';
import { buildMutant } from './build.ts';
import type { Mutant } from './mutant.ts';

const questions = { equivalence, resourceControl, efficiency };

/** The seed and the number of cases of a hunt, from case 0 on. */
export const huntSeed = 1974;
export const huntCases = 10_000;

/** The mutant as something that can be judged. Throws when it is stale. */
export async function candidateOf(mutant: Mutant): Promise<Candidate> {
  const { strategy = 'trap-and-emulate', name } = mutant;
  return ownMonitor({ strategy, name, module: await buildMutant(mutant) });
}

/** The guest for which the property does not hold for the candidate, if it is among those asked for. */
export function ask(
  property: PropertyName,
  candidate: Candidate,
  { variant = 'ring32-v', strategy }: Mutant,
  options: Omit<PropertyOptions, 'variants' | 'direct'>,
): Counterexample | undefined {
  const direct = strategy === 'hybrid' ? 'user' : 'all';
  return questions[property](candidate, { ...options, variants: variantsNamed([variant]), direct })
    .counterexample;
}
