/** Which of our monitors is right on which variant, by the theorems: the one table of it. */
import { type Variant, variantNamed } from '../../isa/table/variants.ts';

export interface Sound {
  readonly strategy: string;
  /** Names of the variants on which it is right. */
  readonly variants: readonly string[];
  /** Whose innocuous instructions it runs directly: everybody's, those of guests with paging on, of rings 1 to 3, nobody's. */
  readonly direct: 'all' | 'paged' | 'user' | 'none';
}

export const sound: readonly Sound[] = [
  { strategy: 'trap-and-emulate', variants: ['ring32-v'], direct: 'all' },
  { strategy: 'hybrid', variants: ['ring32-v', 'ring32-h'], direct: 'user' },
  { strategy: 'binary-translation', variants: ['ring32-v', 'ring32-x', 'ring32-h'], direct: 'all' },
  { strategy: 'hardware', variants: ['ring32-v', 'ring32-x', 'ring32-h'], direct: 'paged' },
  { strategy: 'hardware-nested', variants: ['ring32-v', 'ring32-x', 'ring32-h'], direct: 'all' },
  { strategy: 'interpret', variants: ['ring32-v', 'ring32-x', 'ring32-h'], direct: 'none' },
];

/**
 * A stack of strategies like a/b, the outermost first: it is right where each of them is, and something runs directly that
 * each of them runs directly. Undefined for an unknown name.
 */
export function soundStack(stack: string): Sound | undefined {
  const rows = stack.split('/').map((name) => sound.find(({ strategy }) => strategy === name));
  return rows.reduce((all, row) => (all && row ? both(all, row, stack) : undefined));
}

function both(one: Sound, other: Sound, strategy: string): Sound {
  const variants = one.variants.filter((name) => other.variants.includes(name));
  const direct = (['none', 'user', 'paged', 'all'] as const).find((whose) =>
    [one.direct, other.direct].includes(whose),
  );
  return { strategy, variants, direct: direct ?? 'all' };
}

/** Variants by their names. */
export function variantsNamed(names: readonly string[]): readonly Variant[] {
  return names.map((name) => variantNamed(name) as Variant);
}
