/** The zoo: all mutants, by the property that they break. */
import { efficiencyMutants } from './efficiency.ts';
import { equivalenceMutants } from './equivalence.ts';
import { hardwareMutants } from './hardware.ts';
import type { Mutant } from './mutant.ts';
import { resourceMutants } from './resource-control.ts';
import { stackMutants } from './stacks.ts';
import { translationMutants } from './translation.ts';

export const mutants: readonly Mutant[] = [
  ...equivalenceMutants,
  ...translationMutants,
  ...stackMutants,
  ...hardwareMutants,
  ...resourceMutants,
  ...efficiencyMutants,
];
