/** The machine that pools of the tests have, unless a test says otherwise. */
import { type Variant, variantData, variantNamed } from '../../../isa/table/variants.ts';
import { usualWant, type WantRecord } from '../../../vmm/pool/records.ts';

export const MiB = 2 ** 20;

export const plainWant: WantRecord = {
  ...usualWant,
  image: 'counter',
  variant: variantData(variantNamed('ring32-v') as Variant),
  memory: MiB,
  tenant: 'tests',
};
