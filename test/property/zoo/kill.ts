/** Kills mutants: puts the question of a property to one, until a guest catches the bug. */
import { ownMonitor } from '../own.ts';
import type { Program } from '../program.ts';
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
import { shrink } from '../shrink.ts';
import { buildMutant, type MonitorModule } from './build.ts';
import type { Mutant } from './mutant.ts';

const questions = { equivalence, resourceControl, efficiency };

export type Asked = Omit<PropertyOptions, 'variants' | 'direct'>;

/** The mutant as something that can be judged. Throws when it is stale. */
export async function candidateOf(mutant: Mutant): Promise<Candidate> {
  return ownMonitor({ ...settingOf(mutant), name: mutant.name, module: await buildMutant(mutant) });
}

/** How the mutant, or our own monitor in its place, is run. */
function settingOf({ strategy = 'trap-and-emulate', features = [] }: Pick<Mutant, 'strategy' | 'features'>) {
  return { strategy, features, wholeDisk: features.includes('iommu') };
}

/** The guest for which the property does not hold for the candidate, if it is among those asked for. */
export function ask(
  property: PropertyName,
  candidate: Candidate,
  { variant = 'ring32-v', strategy }: Pick<Mutant, 'variant' | 'strategy'>,
  options: Asked,
): Counterexample | undefined {
  const direct = strategy === 'hybrid' ? 'user' : 'all';
  return questions[property](candidate, { ...options, variants: variantsNamed([variant]), direct })
    .counterexample;
}

let ours: Promise<MonitorModule> | undefined;

/** Our own monitor, run and built as the mutant is. */
export async function soundOf(mutant: Pick<Mutant, 'strategy' | 'features'>): Promise<Candidate> {
  ours ??= buildMutant({ name: 'ours', changes: [] });
  return ownMonitor({ ...settingOf(mutant), name: 'ours', module: await ours });
}

/**
 * The first case from `from` on by which the mutant's property catches it, its guest made small. Efficiency is a
 * matter of degree: there, the smaller guests too must be run by our own monitor as it should.
 */
export async function hunt(mutant: Mutant, options: Asked): Promise<Counterexample | undefined> {
  const { property } = mutant;
  const candidate = await candidateOf(mutant);
  if (property !== 'efficiency') return ask(property, candidate, mutant, options);
  const sound = await soundOf(mutant);
  const found = ask(property, candidate, mutant, { ...options, shrinks: 0 });
  if (found === undefined) return undefined;
  const put = (monitor: Candidate, program: Program) =>
    ask(property, monitor, mutant, {
      ...options,
      from: found.case,
      cases: 1,
      shrinks: 0,
      guests: () => program,
    });
  const program = shrink(
    found.program,
    (smaller) => put(candidate, smaller) !== undefined && put(sound, smaller) === undefined,
    shrinksOfEfficiency,
  );
  return put(candidate, program);
}

const shrinksOfEfficiency = 2000;
