/** Which of our monitors is right on which variant, by the theorems: the one table of it. */
import { type Variant, variantNamed } from '../../isa/table/variants.ts';

export interface Sound {
  readonly strategy: string;
  /** Names of the variants on which it is right. */
  readonly variants: readonly string[];
  /** Whose innocuous instructions it runs directly: everybody's, those of rings 1 to 3, nobody's. */
  readonly direct: 'all' | 'user' | 'none';
}

export const sound: readonly Sound[] = [
  { strategy: 'trap-and-emulate', variants: ['ring32-v'], direct: 'all' },
  { strategy: 'hybrid', variants: ['ring32-v', 'ring32-h'], direct: 'user' },
  { strategy: 'binary-translation', variants: ['ring32-v', 'ring32-x', 'ring32-h'], direct: 'all' },
  { strategy: 'interpret', variants: ['ring32-v', 'ring32-x', 'ring32-h'], direct: 'none' },
];

/** Variants by their names. */
export function variantsNamed(names: readonly string[]): readonly Variant[] {
  return names.map((name) => variantNamed(name) as Variant);
}
