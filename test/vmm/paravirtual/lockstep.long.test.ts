/** As lockstep.test.ts, with more guests, on the fast engine too; and every call is made and refused. */
import { describe, expect, it } from 'vitest';
import { calls } from '../../../isa/machine/paravirtual/calls.ts';
import { seed } from '../../property/seed.ts';
import { judgeCalling } from './lockstep.ts';

/** Strategies, variants, engines, numbers of cases. */
const rows = [
  ['trap-and-emulate', 'ring32-v', 'interpreter', 1500],
  ['hybrid', 'ring32-h', 'interpreter', 600],
  ['interpret', 'ring32-x', 'interpreter', 600],
  ['binary-translation', 'ring32-x', 'interpreter', 1000],
  ['trap-and-emulate/hybrid', 'ring32-v', 'interpreter', 300],
  ['hardware', 'ring32-x', 'interpreter', 600],
  ['hardware-nested', 'ring32-x', 'interpreter', 600],
  ['trap-and-emulate', 'ring32-v', 'fast', 100],
  ['binary-translation', 'ring32-v', 'fast', 100],
  ['none', 'ring32-v', 'fast', 300],
] as const;

describe(`Random guests that make calls (seed ${seed})`, () => {
  it.each(rows)(
    'are as on the reference machine under %s on %s by the engine %s, %i of them',
    (monitor, variant, engine, cases) => {
      const { results, exits } = judgeCalling({ variant, monitor, engine }, seed, cases);
      for (const { name, number, refused } of calls) {
        const found = results.get(number) ?? new Set();
        expect(found.has(0), `${name} was made and not refused`).toBe(true);
        if (refused.length > 0) expect(found.size, `${name} was refused`).toBeGreaterThan(1);
      }
      if (monitor === 'trap-and-emulate')
        for (const { name } of calls) expect(exits.has(`call: ${name}`), name).toBe(true);
    },
  );
});
