/** A guest that may use a feature does not move to where it is missing. */
import { expect, it } from 'vitest';
import { type Variant, variantData, variants } from '../../../isa/table/variants.ts';
import { incompatible, type Offer } from '../../../vmm/migration/compatibility.ts';
import { STATE_VERSION } from '../../../vmm/wire/messages.ts';

const plain = variants[0] as Variant;
const mine: Variant = { ...plain, name: 'mine', features: new Set(['guest', 'nested']) };

function refusal(guest: Variant, real: Variant, monitor = 'none'): string | undefined {
  const spec = {
    name: 'guest',
    variant: variantData(guest),
    memory: 2 ** 20,
    sectors: 0,
    disk: null,
    diskIdentity: null,
    network: null,
    devices: ['console'],
  };
  const offer: Offer = { variant: real, monitor, translateUser: false, devices: ['console'] };
  return incompatible(spec, STATE_VERSION, offer);
}

it.each(['none', 'trap-and-emulate', 'hardware-nested'])(
  'A guest with features goes where they are, and is refused where they are not: under %s',
  (monitor) => {
    expect(refusal(mine, mine, monitor)).toBeUndefined();
    expect(refusal(mine, plain, monitor)).toContain('guest, nested');
    expect(refusal(plain, mine, monitor)).toBeUndefined();
  },
);

it('An interpreter makes them', () => {
  expect(refusal(mine, plain, 'interpret')).toBeUndefined();
});
