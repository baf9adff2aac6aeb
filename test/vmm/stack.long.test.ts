/**
 * Every system guest under every sound stack of two monitors. A stack is sound where each of its strategies is
 * (test/property/sound.ts). Random guests: test/property. Replay and debugging of the innermost guest: replay/search.long.test.ts;
 * its snapshots: snapshot/bytes.long.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { expectCompiled } from '../engines/compiled.ts';
import { sound, soundStack } from '../property/sound.ts';
import { isCompiled, partsOf, systemGuests, variantsOf } from './guests.ts';
import { bare, lockstep, monitored } from './kit.ts';

const names = sound.map(({ strategy }) => strategy);
const pairs = names.flatMap((outer) => names.map((inner) => `${outer}/${inner}`));
/** With hardware assistance at a level: guests without and with paging, traps and interrupts. */
const assisted = ['hello.s', 'flags.s', 'paging.s', 'timer.s', 'kernel/mini.s'];
const most = 1_000_000;

function expectEqual(
  file: string,
  variant: string,
  stack: string,
  engine: 'interpreter' | 'fast',
  stride: number,
) {
  const parts = partsOf(file, variant);
  const sides = [
    bare(parts),
    monitored(parts, stack, engine, { translateUser: variant !== 'ring32-v' }),
  ] as const;
  expect(lockstep(...sides, stride, most), `${file} under ${stack}`).toBeUndefined();
  expect(sides[0].machine.steps).toBeLessThan(most - stride);
  return sides[1];
}

describe.each(pairs)('Under %s', (stack) => {
  const variants = soundStack(stack)?.variants ?? [];
  const files = stack.includes('hardware') ? assisted : systemGuests;
  const cases = variants.flatMap((variant) =>
    files.filter((file) => variantsOf(file).includes(variant)).map((file) => [file, variant] as const),
  );

  it.each(cases)('%s on %s is as on the bare machine at every step', (file, variant) => {
    expectEqual(file, variant, stack, 'interpreter', 1);
  });

  // A translation cache is in the part of the address space that the monitor below takes for itself, which executes its code.
  // The guest mode of a guest is interpreted by the monitor below, too.
  const isDirect = !/\/(binary-translation|hardware|hardware-nested)$/.test(stack);
  const compiled = cases.filter(
    ([file, variant]) =>
      isDirect && variant === variants[0] && stack.split('/').every((name) => isCompiled(file, name)),
  );
  it.runIf(compiled.length > 0).each(compiled)(
    '%s on %s is as on the bare machine, compiled',
    (file, variant) => {
      expectCompiled(expectEqual(file, variant, stack, 'fast', 997).engine);
    },
  );
});

describe('The teaching kernel', () => {
  it.each([
    ['trap-and-emulate/trap-and-emulate', 'ring32-v'],
    ['binary-translation/hybrid', 'ring32-h'],
  ])('under %s on %s is as on the bare machine', (stack, variant) => {
    expectEqual('kernel/kernel.s', variant, stack, 'fast', 1009);
  });
});
