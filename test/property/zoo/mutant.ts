/**
 * A monitor with one known bug, as what it changes of ours. `from` occurs once in `file`; that, and nothing
 * else, becomes `to`. What the three properties are: ../README.md.
 */

import type { Feature } from '../../../isa/table/features.ts';
import type { PropertyName } from '../properties.ts';

export interface Change {
  /** From the top of the repository. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface Mutant {
  readonly name: string;
  /** The bug, in one sentence. */
  readonly bug: string;
  /** The property that must catch it. */
  readonly property: PropertyName;
  /** The strategy under which it shows; default trap-and-emulate. */
  readonly strategy?: string;
  /** The variant on which it shows; default ring32-v. */
  readonly variant?: string;
  /** What the real machine has for running guests besides what the strategy needs. With `iommu`, the guest is given the disk. */
  readonly features?: readonly Feature[];
  readonly changes: readonly Change[];
}
