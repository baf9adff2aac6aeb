/**
 * Features: what a machine has for running guests that the variants of Ring32 do not have by themselves. A variant's JSON
 * file lists them, and a monitor whose strategy needs some puts them on its real machine (vmm/monitor/strategies.ts).
 */

/** The names of all features. */
export const featureNames = ['guest', 'nested', 'virtual-timer', 'ports', 'iommu'] as const;
/** The name of a feature. */
export type Feature = (typeof featureNames)[number];

/** What each feature needs, and what it is, for the manual. */
export const features: Readonly<
  Record<Feature, { readonly needs: readonly Feature[]; readonly says: string }>
> = {
  guest: { needs: [], says: 'guest mode: `vmrun`, the control block, and cause 25' },
  nested: { needs: ['guest'], says: 'nested paging: a second translation, of guest-physical addresses' },
  'virtual-timer': { needs: ['guest'], says: 'virtual interrupts: a TIMER and interrupt lines of the guest' },
  ports: { needs: ['guest'], says: 'bitmaps of the ports that exit' },
  iommu: { needs: [], says: 'the IOMMU: a map between each device that moves data itself and memory' },
};

/** Why a set of features is not possible, in a sentence; undefined if it is. */
export function missingFeature(names: Iterable<Feature>): string | undefined {
  const set = new Set(names);
  for (const name of set) {
    const missing = features[name].needs.find((needed) => !set.has(needed));
    if (missing !== undefined) return `"${name}" needs "${missing}"`;
  }
  return undefined;
}
