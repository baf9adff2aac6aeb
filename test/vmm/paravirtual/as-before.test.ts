/**
 * A machine that answers calls is as the other one to whoever makes none: a guest without `vmcall` runs the same, step by step,
 * whether or not calls would be answered, on the bare machine and under monitors.
 */
import { describe, expect, it } from 'vitest';
import { CollectingConsole } from '../../../isa/machine/devices/console.ts';
import type { Image } from '../../../isa/machine/image.ts';
import { variantNamed } from '../../../isa/table/variants.ts';
import { finish } from '../../../isa/work.ts';
import { comparing, type Side } from '../../../vmm/monitor/compare.ts';
import { createGuest } from '../../../vmm/monitor/create-guest.ts';
import { imageOf } from '../../guests/run.ts';

const guests = ['flags.s', 'kernel/mini.s'];
const ways = [
  { monitor: 'none', isa: 'ring32-v' },
  { monitor: 'trap-and-emulate', isa: 'ring32-v' },
  { monitor: 'binary-translation', isa: 'ring32-x' },
  { monitor: 'hardware', isa: 'ring32-x' },
  { monitor: 'hardware-nested', isa: 'ring32-h' },
] as const;

const side = (image: Image, isa: string, monitor: string, paravirtual: boolean) => (): Side => {
  const console = new CollectingConsole();
  const guest = createGuest({
    image,
    memory: 2 ** 20,
    monitor,
    engine: 'interpreter',
    variant: variantNamed(isa),
    translateUser: true,
    paravirtual,
    console,
  });
  return { machine: guest.machine, run: guest.run, printed: console.printed };
};

describe.each(ways)('Under $monitor on $isa', ({ monitor, isa }) => {
  it.each(guests)('%s runs the same whether or not calls would be answered', (name) => {
    const image = imageOf(name);
    const compared = finish(
      comparing(side(image, isa, 'none', false), side(image, isa, monitor, true), 1_000_000),
    );
    expect(compared.equal).toBe(true);
    expect(compared.steps).toBeGreaterThan(100);
  });
});

describe('vmcall', () => {
  it('is what tells the two machines apart: an illegal instruction on one, and an answer on the other', () => {
    const image = imageOf('kernel/ported.s');
    const compared = finish(
      comparing(side(image, 'ring32-v', 'none', false), side(image, 'ring32-v', 'none', true), 1_000_000),
    );
    expect(compared.equal).toBe(false);
  });
});
